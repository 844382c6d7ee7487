-- How many orders from $since on have no customer, and no purchase event that names them. Reads `sales`, `buyers`.
SELECT COUNT(DISTINCT sales.order_id) AS orders
FROM sales
LEFT JOIN buyers ON sales.order_id = buyers.order_id
WHERE sales.ordered_at >= CAST($since AS TIMESTAMPTZ) AND buyers.order_id IS NULL
