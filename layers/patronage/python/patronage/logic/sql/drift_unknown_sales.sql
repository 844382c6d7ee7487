-- The sales of some days, and how much of them is of products that the live model does not know.
-- Reads `drift_lines`, `known_products`.
SELECT
    COUNT(*) AS line_count,
    CAST(COALESCE(SUM(drift_lines.net_minor), 0) AS BIGINT) AS net_minor,
    CAST(COALESCE(SUM(CASE WHEN known_products.product_id IS NULL THEN drift_lines.net_minor END), 0) AS BIGINT)
        AS unknown_minor
FROM drift_lines
LEFT JOIN known_products ON drift_lines.product_id = known_products.product_id
WHERE drift_lines.kind = 'sale' AND drift_lines.net_minor > 0
