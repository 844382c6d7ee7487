-- What the catalogue says of each numbered product: its text, category, brand and attributes.
-- Reads `indexed_products`, `products`.
SELECT
    indexed_products.idx,
    CONCAT_WS(' ', indexed_products.name, products.description) AS text,
    products.category,
    products.brand,
    products.attributes
FROM indexed_products
LEFT JOIN products ON indexed_products.product_id = products.product_id
ORDER BY indexed_products.idx
