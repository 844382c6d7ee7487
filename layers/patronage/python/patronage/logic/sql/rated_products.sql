-- Products that were rated, numbered from 0 in the order of their ids, with what the catalogue says of them.
-- Reads `ratings`, `products`.
SELECT
    CAST(ROW_NUMBER() OVER (ORDER BY rated.product_id) - 1 AS INTEGER) AS idx,
    rated.product_id,
    CONCAT_WS(' ', products.title, products.description) AS text,
    products.category,
    products.brand,
    products.attributes
FROM (
    SELECT DISTINCT product_id
    FROM ratings
    WHERE customer_id IS NOT NULL
) AS rated
LEFT JOIN products ON rated.product_id = products.product_id
ORDER BY idx
