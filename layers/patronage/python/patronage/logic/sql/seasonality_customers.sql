-- The month, weekday (Monday is 1) and hour in which a customer bought most often, and the category and channel; of
-- equals the one of the last purchase, then the first by name. Reads `orders`, `products`. Counted are days with a
-- sale; an order booked exactly at the shop's midnight has no hour, as its source knows days only.
WITH bought AS (
    SELECT
        orders.customer_id,
        shop_day(orders.ordered_at) AS day,
        orders.ordered_at,
        CASE
            WHEN orders.ordered_at <> CAST(shop_day(orders.ordered_at) AS TIMESTAMPTZ)
                THEN EXTRACT(HOUR FROM orders.ordered_at)
        END AS hour,
        orders.channel,
        products.category
    FROM orders
    LEFT JOIN products ON orders.product_id = products.product_id
    WHERE orders.customer_id IS NOT NULL AND orders.kind = 'sale' AND orders.net_minor > 0
),

counted AS (
    SELECT
        customer_id,
        'month' AS kind,
        CAST(EXTRACT(MONTH FROM day) AS VARCHAR) AS chosen,
        COUNT(DISTINCT day) AS times,
        MAX(ordered_at) AS last_at
    FROM bought
    GROUP BY customer_id, EXTRACT(MONTH FROM day)
    UNION ALL
    SELECT
        customer_id,
        'weekday',
        CAST(DATE_DIFF('day', DATE '1970-01-05', day) % 7 + 1 AS VARCHAR),
        COUNT(DISTINCT day),
        MAX(ordered_at)
    FROM bought
    GROUP BY customer_id, DATE_DIFF('day', DATE '1970-01-05', day) % 7 + 1
    UNION ALL
    SELECT customer_id, 'hour', CAST(hour AS VARCHAR), COUNT(DISTINCT day), MAX(ordered_at)
    FROM bought
    GROUP BY customer_id, hour
    UNION ALL
    SELECT customer_id, 'category', category, COUNT(DISTINCT day), MAX(ordered_at)
    FROM bought
    GROUP BY customer_id, category
    UNION ALL
    SELECT customer_id, 'channel', channel, COUNT(DISTINCT day), MAX(ordered_at)
    FROM bought
    GROUP BY customer_id, channel
),

ranked AS (
    SELECT
        customer_id,
        kind,
        chosen,
        ROW_NUMBER() OVER (PARTITION BY customer_id, kind ORDER BY times DESC, last_at DESC, chosen) AS place
    FROM counted
    WHERE chosen IS NOT NULL
)

SELECT
    customer_id,
    CAST(MAX(chosen) FILTER (WHERE kind = 'month') AS INTEGER) AS buying_month,
    CAST(MAX(chosen) FILTER (WHERE kind = 'weekday') AS INTEGER) AS buying_weekday,
    CAST(MAX(chosen) FILTER (WHERE kind = 'hour') AS INTEGER) AS buying_hour,
    MAX(chosen) FILTER (WHERE kind = 'category') AS buying_category,
    MAX(chosen) FILTER (WHERE kind = 'channel') AS buying_channel
FROM ranked
WHERE place = 1
GROUP BY customer_id
