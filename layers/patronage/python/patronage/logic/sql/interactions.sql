-- What each customer bought and kept, by shop day; a guest's order stands for a customer, with the index -1.
-- Reads `orders`, `indexed_customers`, `indexed_products`. A product that was cancelled or returned on the day
-- it was bought is no interaction.
SELECT customer, product, day
FROM (
    SELECT
        COALESCE(indexed_customers.idx, -1) AS customer,
        indexed_products.idx AS product,
        DATE_DIFF('day', DATE '1970-01-01', shop_day(orders.ordered_at)) AS day,
        CASE WHEN orders.customer_id IS NULL THEN orders.order_id END AS guest_order_id,
        orders.kind,
        orders.quantity,
        orders.net_minor
    FROM orders
    INNER JOIN indexed_products ON orders.product_id = indexed_products.product_id
    LEFT JOIN indexed_customers ON orders.customer_id = indexed_customers.customer_id
    WHERE orders.kind <> 'fee'
) AS numbered
GROUP BY customer, guest_order_id, product, day
HAVING SUM(quantity) > 0 AND MAX(CASE WHEN kind = 'sale' AND net_minor > 0 THEN 1 ELSE 0 END) = 1
ORDER BY customer, day, product
