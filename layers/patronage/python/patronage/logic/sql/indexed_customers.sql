-- Customers who bought, numbered from 0 in the order of their ids. Reads `orders`.
SELECT CAST(ROW_NUMBER() OVER (ORDER BY customer_id) - 1 AS INTEGER) AS idx, customer_id
FROM (
    SELECT DISTINCT customer_id
    FROM orders
    WHERE customer_id IS NOT NULL AND kind = 'sale' AND net_minor > 0
) AS buyers
ORDER BY idx
