-- When each order was placed, in microseconds since 1970, and the number of its customer, -1 for a guest.
-- Reads `paid_orders`, `buyers`.
SELECT
    DATE_DIFF('microsecond', TIMESTAMPTZ '1970-01-01 00:00:00+00', paid_orders.ordered_at) AS instant,
    COALESCE(buyers.customer, -1) AS customer
FROM paid_orders
LEFT JOIN buyers ON paid_orders.customer_id = buyers.customer_id
ORDER BY paid_orders.order_number
