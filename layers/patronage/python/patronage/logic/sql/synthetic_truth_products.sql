-- What a product is drawn from. Reads `catalogue`.
SELECT
    catalogue.product_id,
    catalogue.taste_group,
    catalogue.taste_style,
    catalogue.weight,
    catalogue.rhythm_days > 0 AS consumable,
    NULLIF(catalogue.rhythm_days, 0) AS rhythm_days,
    catalogue.return_rate,
    TO_TIMESTAMP(catalogue.launched_instant) AS launched_at
FROM catalogue
ORDER BY catalogue.row_number
