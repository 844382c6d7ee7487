-- When the customers of `unmatched` first bought what they gave back, or paid a fee such as postage that they got
-- back. Reads `sales_rows`.
SELECT
    sales_rows.customer_id,
    sales_rows.product_id,
    MIN(sales_rows.ordered_at) AS first_at
FROM sales_rows
INNER JOIN (SELECT DISTINCT customer_id, product_id FROM unmatched WHERE may_be_of_any_order) AS wanted
    ON sales_rows.customer_id = wanted.customer_id AND sales_rows.product_id = wanted.product_id
WHERE sales_rows.kind IN ('sale', 'fee') AND sales_rows.quantity > 0
GROUP BY sales_rows.customer_id, sales_rows.product_id
