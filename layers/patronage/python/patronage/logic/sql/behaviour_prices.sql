-- How much of what each customer looked at or put into the cart was shown at a reduced price, which is one more than
-- 5 % below the highest that was shown for the product. Reads `session_events`.
SELECT
    seen.customer_id,
    COUNT(*) AS priced_events,
    COUNT(*) FILTER (WHERE seen.unit_price * 100 < usual.unit_price * 95) AS reduced_events
FROM session_events AS seen
INNER JOIN (
    SELECT product_id, currency, MAX(unit_price) AS unit_price
    FROM session_events
    WHERE event_type IN ('view', 'click', 'cart_add')
    GROUP BY product_id, currency
) AS usual ON seen.product_id = usual.product_id AND seen.currency IS NOT DISTINCT FROM usual.currency
WHERE
    seen.customer_id IS NOT NULL
    AND seen.event_type IN ('view', 'click', 'cart_add')
    AND seen.unit_price IS NOT NULL
GROUP BY seen.customer_id
