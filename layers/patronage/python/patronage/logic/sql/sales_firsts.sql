-- The day of each customer's first purchase, and a number for the customer, which is quicker to count by than the id.
-- Reads `sales_purchases`.
SELECT customer_id, CAST(ROW_NUMBER() OVER (ORDER BY customer_id) AS INTEGER) AS customer, MIN(day) AS first_day
FROM sales_purchases
WHERE customer_id IS NOT NULL
GROUP BY customer_id
