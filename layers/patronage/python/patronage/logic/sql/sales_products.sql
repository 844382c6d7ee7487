-- Money, pieces and lines of sales of each product; fees are none. Reads `sales_product_months`.
SELECT
    product_id,
    CAST(SUM(net_minor) AS BIGINT) AS net_minor,
    CAST(SUM(sale_minor) AS BIGINT) AS sale_minor,
    CAST(SUM(cancellation_minor) AS BIGINT) AS cancellation_minor,
    CAST(SUM(refund_minor) AS BIGINT) AS refund_minor,
    CAST(SUM(items) AS DOUBLE) AS items,
    CAST(SUM(returned_items) AS DOUBLE) AS returned_items,
    CAST(SUM(sale_lines) AS BIGINT) AS sale_lines
FROM sales_product_months
WHERE NOT is_fee
GROUP BY product_id
