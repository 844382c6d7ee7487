-- What each customer bought and kept, by shop day; a guest's order stands for a customer, with the index -1.
-- Reads `orders`, `indexed_customers`, `indexed_products`. A product that was cancelled or returned on the day
-- it was bought is no interaction.
SELECT COALESCE(indexed_customers.idx, -1) AS customer, indexed_products.idx AS product, kept.day
FROM (
    SELECT
        customer_id,
        CASE WHEN customer_id IS NULL THEN order_id END AS guest_order_id,
        product_id,
        DATE_DIFF('day', DATE '1970-01-01', shop_day(ordered_at)) AS day
    FROM orders
    WHERE kind <> 'fee'
    GROUP BY
        customer_id, CASE WHEN customer_id IS NULL THEN order_id END, product_id, shop_day(ordered_at)
    HAVING SUM(quantity) > 0 AND MAX(CASE WHEN kind = 'sale' AND net_minor > 0 THEN 1 ELSE 0 END) = 1
) AS kept
INNER JOIN indexed_products ON kept.product_id = indexed_products.product_id
LEFT JOIN indexed_customers ON kept.customer_id = indexed_customers.customer_id
ORDER BY customer, day, product
