-- What happened to each customer, one row an entry. Reads `orders`, `customers`, `session_events`, `segment_history`.
-- stage puts entries of one instant in order. A purchase is an order's sales and fees of one shop day, if a sale
-- brought money; where none did, the day's fees of the order are a fee; a refund is what was refunded or cancelled of
-- it that day: the three add up to the customer's net. A recommendation is an impression or click that names the answer
-- it was shown in, or whose channel begins with the word.
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

charges AS (
    SELECT
        customer_id,
        order_id,
        MIN(CASE WHEN kind = 'sale' AND net_minor > 0 THEN ordered_at END) AS paid_at,
        COALESCE(MIN(CASE WHEN kind = 'fee' THEN ordered_at END), MIN(ordered_at)) AS charged_at,
        COUNT(DISTINCT CASE WHEN kind = 'sale' THEN product_id END) AS products,
        COUNT(CASE WHEN kind = 'fee' THEN 1 END) AS fees,
        MIN(CASE WHEN kind = 'fee' THEN product_id END) AS first_fee,
        MAX(CASE WHEN kind = 'fee' THEN product_id END) AS last_fee,
        CAST(SUM(net_minor) AS BIGINT) AS net_minor,
        MIN(channel) AS channel
    FROM orders
    WHERE customer_id IS NOT NULL AND kind IN ('sale', 'fee')
    GROUP BY customer_id, order_id, shop_day(ordered_at)
),

purchases AS (
    SELECT customer_id, order_id, paid_at AS occurred_at, products, net_minor, channel
    FROM charges
    WHERE paid_at IS NOT NULL
),

fees AS (
    SELECT
        customer_id,
        order_id,
        charged_at AS occurred_at,
        CASE WHEN first_fee = last_fee THEN first_fee END AS product_id,
        net_minor,
        channel
    FROM charges
    WHERE paid_at IS NULL AND (fees > 0 OR net_minor <> 0)
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
),

beginnings AS (
    SELECT customer_id, occurred_at, 'visit' AS detail, 2 AS precedence, channel, session_key AS tie
    FROM visits
    UNION ALL
    SELECT customer_id, occurred_at, 'purchase', 1, channel, order_id
    FROM purchases
    UNION ALL
    SELECT customer_id, created_at, 'registration', 0, channel, ''
    FROM customers
    WHERE created_at < CAST($as_of AS TIMESTAMPTZ)
),

acquired AS (
    SELECT customer_id, occurred_at, detail, channel
    FROM (
        SELECT
            *,
            ROW_NUMBER() OVER (PARTITION BY customer_id ORDER BY occurred_at, precedence, tie) AS place
        FROM beginnings
    ) AS placed
    WHERE place = 1
)

SELECT
    customer_id, occurred_at, 'acquired' AS kind, 0 AS stage, NULL AS session_key, NULL AS order_id,
    NULL AS refers_to, NULL AS product_id, NULL AS products, NULL AS events, NULL AS net_minor, channel,
    detail, '' AS tie
FROM acquired
UNION ALL
SELECT
    customer_id, occurred_at, 'visit', 1, session_key, NULL, NULL, NULL, products, events, NULL, channel, NULL,
    session_key
FROM visits
UNION ALL
SELECT
    customer_id, occurred_at, 'purchase', 4, NULL, order_id, NULL, NULL, products, NULL, net_minor, channel, NULL,
    order_id
FROM purchases
UNION ALL
SELECT
    customer_id, occurred_at, 'fee', 5, NULL, order_id, NULL, product_id, NULL, NULL, net_minor, channel, NULL,
    order_id
FROM fees
UNION ALL
SELECT
    customer_id, occurred_at, 'refund', 6, NULL, order_id, refers_to, NULL, products, NULL, net_minor, channel, NULL,
    order_id
FROM refunds
UNION ALL
SELECT
    customer_id,
    occurred_at,
    CASE event_type WHEN 'impression' THEN 'recommendation_seen' ELSE 'recommendation_taken' END,
    CASE event_type WHEN 'impression' THEN 2 ELSE 3 END,
    session_key, NULL, NULL, product_id, NULL, NULL, NULL, channel, NULL, event_id
FROM session_events
WHERE
    customer_id IS NOT NULL
    AND event_type IN ('impression', 'click')
    AND (recommendation_id IS NOT NULL OR LOWER(channel) LIKE 'recommendation%')
UNION ALL
SELECT customer_id, occurred_at, 'segment_change', 7, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, segment_id, segment_id
FROM segment_history
