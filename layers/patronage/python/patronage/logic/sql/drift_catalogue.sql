-- The products there are now beside those that the live model knows. Reads `indexed_products`, `known_products`.
SELECT
    CAST(SUM(CASE WHEN known_products.is_active THEN 1 ELSE 0 END) AS BIGINT) AS known,
    CAST(SUM(CASE WHEN indexed_products.is_active THEN 1 ELSE 0 END) AS BIGINT) AS now,
    CAST(SUM(CASE WHEN indexed_products.is_active AND known_products.product_id IS NULL THEN 1 ELSE 0 END) AS BIGINT)
        AS new,
    CAST(SUM(CASE WHEN known_products.is_active AND NOT COALESCE(indexed_products.is_active, FALSE) THEN 1 ELSE 0 END)
        AS BIGINT) AS gone
FROM known_products
FULL OUTER JOIN indexed_products ON known_products.product_id = indexed_products.product_id
