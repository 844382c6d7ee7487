-- What all products add up to. Reads `sales_products`.
SELECT
    COUNT(*) AS products,
    CAST(COALESCE(SUM(net_minor), 0) AS BIGINT) AS net_minor,
    CAST(COALESCE(SUM(sale_minor), 0) AS BIGINT) AS sale_minor,
    CAST(COALESCE(SUM(cancellation_minor), 0) AS BIGINT) AS cancellation_minor,
    CAST(COALESCE(SUM(refund_minor), 0) AS BIGINT) AS refund_minor,
    COALESCE(SUM(items), 0) AS items,
    COALESCE(SUM(returned_items), 0) AS returned_items,
    CAST(COALESCE(SUM(sale_lines), 0) AS BIGINT) AS sale_lines
FROM sales_products
