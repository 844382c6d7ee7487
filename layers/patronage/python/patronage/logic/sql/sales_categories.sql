-- Money and pieces of each category, null for products without one. Reads `sales_products`, `products`.
SELECT
    categories.category,
    COUNT(*) AS products,
    CAST(SUM(sales_products.net_minor) AS BIGINT) AS net_minor,
    CAST(SUM(sales_products.sale_minor) AS BIGINT) AS sale_minor,
    CAST(SUM(sales_products.cancellation_minor) AS BIGINT) AS cancellation_minor,
    CAST(SUM(sales_products.refund_minor) AS BIGINT) AS refund_minor,
    SUM(sales_products.items) AS items,
    SUM(sales_products.returned_items) AS returned_items
FROM sales_products
LEFT JOIN (
    SELECT product_id, MIN(category) AS category
    FROM products
    GROUP BY product_id
) AS categories ON sales_products.product_id = categories.product_id
GROUP BY categories.category
ORDER BY net_minor DESC, category NULLS LAST
