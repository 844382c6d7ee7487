-- The same by order: what an order says of itself stands on each of its lines. Reads `drift_lines`.
SELECT order_id, MAX(customer_id) AS customer_id, MAX(country) AS country, MAX(channel) AS channel
FROM drift_lines
WHERE kind = 'sale'
GROUP BY order_id
