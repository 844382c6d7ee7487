-- The customers with a purchase, numbered from 0 in the order of their ids: the rows of the arrays of a run.
-- Reads `orders` up to as_of.
SELECT
    customer_id,
    ROW_NUMBER() OVER (ORDER BY customer_id) - 1 AS idx
FROM orders
WHERE customer_id IS NOT NULL AND kind = 'sale' AND net_minor > 0
GROUP BY customer_id
