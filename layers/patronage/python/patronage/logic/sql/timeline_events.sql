-- What happened to each customer, one row an entry, but the acquisition. Reads `orders`, `session_events`,
-- `segment_history`. stage puts entries of one instant in order. A purchase is an order's sales and fees of one
-- shop day, if a sale brought money; where none did, the day's fees of the order are a fee; a refund is what was
-- refunded or cancelled of it that day: the three add up to the customer's net. A recommendation is an impression
-- or click that names the answer it was shown in, or whose channel begins with the word.
WITH visits AS (
    SELECT
        customer_id,
        session_key,
        MIN(occurred_at) AS occurred_at,
        COUNT(DISTINCT CASE WHEN event_type <> 'impression' THEN product_id END) AS products,
        COUNT(*) AS events,
        MIN(CASE WHEN place = 1 THEN channel END) AS channel
    FROM (
        SELECT
            *,
            ROW_NUMBER() OVER (
                PARTITION BY customer_id, session_key
                ORDER BY CASE WHEN channel IS NULL THEN 1 ELSE 0 END, occurred_at, event_id
            ) AS place
        FROM session_events
        WHERE customer_id IS NOT NULL
    ) AS placed
    GROUP BY customer_id, session_key
),

-- few orders list a product twice: to count different ones in these alone takes a third of the memory
repeated AS (
    SELECT DISTINCT order_id
    FROM (
        SELECT order_id
        FROM orders
        WHERE customer_id IS NOT NULL AND kind = 'sale'
        GROUP BY order_id, product_id
        HAVING COUNT(*) > 1
    ) AS listed
),

surplus AS (
    SELECT
        orders.customer_id,
        orders.order_id,
        shop_day(orders.ordered_at) AS day,
        COUNT(*) - COUNT(DISTINCT orders.product_id) AS repeated_lines
    FROM orders
    INNER JOIN repeated ON orders.order_id = repeated.order_id
    WHERE orders.customer_id IS NOT NULL AND orders.kind = 'sale'
    GROUP BY orders.customer_id, orders.order_id, shop_day(orders.ordered_at)
),

charges AS (
    SELECT
        customer_id,
        order_id,
        shop_day(ordered_at) AS day,
        MIN(CASE WHEN kind = 'sale' AND net_minor > 0 THEN ordered_at END) AS paid_at,
        COALESCE(MIN(CASE WHEN kind = 'fee' THEN ordered_at END), MIN(ordered_at)) AS charged_at,
        COUNT(CASE WHEN kind = 'sale' THEN 1 END) AS sale_lines,
        COUNT(CASE WHEN kind = 'fee' THEN 1 END) AS fees,
        MIN(CASE WHEN kind = 'fee' THEN product_id END) AS first_fee,
        MAX(CASE WHEN kind = 'fee' THEN product_id END) AS last_fee,
        CAST(SUM(net_minor) AS BIGINT) AS net_minor,
        MIN(channel) AS channel
    FROM orders
    WHERE customer_id IS NOT NULL AND kind IN ('sale', 'fee')
    GROUP BY customer_id, order_id, shop_day(ordered_at)
),

refunds AS (
    SELECT
        customer_id,
        order_id,
        MIN(ordered_at) AS occurred_at,
        COUNT(DISTINCT product_id) AS products,
        CAST(SUM(net_minor) AS BIGINT) AS net_minor,
        MIN(channel) AS channel,
        MIN(refers_to) AS refers_to
    FROM orders
    WHERE customer_id IS NOT NULL AND kind IN ('refund', 'cancellation')
    GROUP BY customer_id, order_id, shop_day(ordered_at)
)

SELECT
    customer_id, occurred_at, 'visit' AS kind, 1 AS stage, session_key, NULL AS order_id, NULL AS refers_to,
    NULL AS product_id, products, events, NULL AS net_minor, channel, session_key AS tie
FROM visits
UNION ALL
SELECT
    charges.customer_id,
    COALESCE(charges.paid_at, charges.charged_at),
    CASE WHEN charges.paid_at IS NULL THEN 'fee' ELSE 'purchase' END,
    CASE WHEN charges.paid_at IS NULL THEN 5 ELSE 4 END,
    NULL,
    charges.order_id,
    NULL,
    CASE WHEN charges.paid_at IS NULL AND charges.first_fee = charges.last_fee THEN charges.first_fee END,
    CASE WHEN charges.paid_at IS NOT NULL THEN charges.sale_lines - COALESCE(surplus.repeated_lines, 0) END,
    NULL,
    charges.net_minor,
    charges.channel,
    charges.order_id
FROM charges
LEFT JOIN surplus
    ON
        charges.customer_id = surplus.customer_id
        AND charges.order_id = surplus.order_id
        AND charges.day = surplus.day
WHERE charges.paid_at IS NOT NULL OR charges.fees > 0 OR charges.net_minor <> 0
UNION ALL
SELECT
    customer_id, occurred_at, 'refund', 6, NULL, order_id, refers_to, NULL, products, NULL, net_minor, channel,
    order_id
FROM refunds
UNION ALL
SELECT
    customer_id,
    occurred_at,
    CASE event_type WHEN 'impression' THEN 'recommendation_seen' ELSE 'recommendation_taken' END,
    CASE event_type WHEN 'impression' THEN 2 ELSE 3 END,
    session_key, NULL, NULL, product_id, NULL, NULL, NULL, channel, event_id
FROM session_events
WHERE
    customer_id IS NOT NULL
    AND event_type IN ('impression', 'click')
    AND (recommendation_id IS NOT NULL OR LOWER(channel) LIKE 'recommendation%')
UNION ALL
SELECT customer_id, occurred_at, 'segment_change', 7, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, segment_id
FROM segment_history
