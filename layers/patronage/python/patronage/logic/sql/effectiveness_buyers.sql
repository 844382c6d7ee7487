-- Who may have placed each order: its customer, and the visitors whose purchase events name it, which is how a guest's
-- order is known. Reads `orders`, `judged_events`.
SELECT DISTINCT order_id, customer_id AS visitor_id
FROM orders
WHERE customer_id IS NOT NULL AND kind = 'sale'
UNION
SELECT order_id, visitor_id
FROM judged_events
WHERE event_type = 'purchase' AND order_id IS NOT NULL
