-- Money, pieces and lines by $by (product, category or fee) and month. The $most values with the most money of the whole
-- time have a place from 1 in every month; all others share the one after. Reads `sales_product_months`, `products`.
WITH categories AS (
    SELECT product_id, MIN(category) AS category
    FROM products
    GROUP BY product_id
),

valued AS (
    SELECT
        CASE $by WHEN 'category' THEN categories.category ELSE sales_product_months.product_id END AS value,
        sales_product_months.*
    FROM sales_product_months
    LEFT JOIN categories ON sales_product_months.product_id = categories.product_id
    WHERE sales_product_months.is_fee = ($by = 'fee')
),

ranked AS (
    SELECT
        value,
        LEAST(ROW_NUMBER() OVER (ORDER BY SUM(net_minor) DESC, value NULLS LAST), $most + 1) AS place
    FROM valued
    GROUP BY value
)

SELECT
    ranked.place,
    MAX(CASE WHEN ranked.place <= $most THEN valued.value END) AS value,
    CAST(valued.month AS VARCHAR) AS begins,
    CAST(SUM(valued.line_count) AS BIGINT) AS line_count,
    CAST(SUM(valued.net_minor) AS BIGINT) AS net_minor,
    CAST(SUM(valued.sale_minor) AS BIGINT) AS sale_minor,
    CAST(SUM(valued.cancellation_minor) AS BIGINT) AS cancellation_minor,
    CAST(SUM(valued.refund_minor) AS BIGINT) AS refund_minor,
    CAST(SUM(valued.items) AS DOUBLE) AS items,
    CAST(SUM(valued.returned_items) AS DOUBLE) AS returned_items,
    CAST(SUM(valued.sale_lines) AS BIGINT) AS sale_lines
FROM valued
INNER JOIN ranked ON valued.value IS NOT DISTINCT FROM ranked.value
GROUP BY ranked.place, valued.month
ORDER BY ranked.place, valued.month
