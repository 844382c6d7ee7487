-- The customers of those orders, numbered by their ids. Reads `paid_orders`.
SELECT ROW_NUMBER() OVER (ORDER BY customer_id) - 1 AS customer, customer_id
FROM paid_orders
WHERE customer_id IS NOT NULL
GROUP BY customer_id
ORDER BY customer
