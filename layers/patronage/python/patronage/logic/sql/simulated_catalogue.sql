-- The products as a catalogue: titles from the orders, categories from the titles. Reads `sold_products`.
SELECT product_id, title, category, CASE WHEN category IS NOT NULL THEN $derived END AS attributes
FROM sold_products
ORDER BY product
