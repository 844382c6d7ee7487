-- The catalogue as a shop would export it. Reads `catalogue`.
SELECT
    catalogue.product_id,
    catalogue.title,
    catalogue.category,
    catalogue.brand,
    CAST(catalogue.price_minor * 0.01 AS DECIMAL(18, 2)) AS unit_price,
    catalogue.currency,
    TO_TIMESTAMP(catalogue.launched_instant) AS launched_at
FROM catalogue
ORDER BY catalogue.row_number
