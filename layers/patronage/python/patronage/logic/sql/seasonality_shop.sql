-- Orders and money of the shop by month, weekday (Monday is 1) and hour of the shop's zone, guests with it.
-- Reads `orders` up to as_of. An order counts where its first sale was booked; one booked exactly at the shop's midnight
-- has no hour (null), as its source knows days only. Money is that of all lines, each at its own time. Lines are added up
-- by the minute first, whose clock is asked for once; a minute's first instant is apart, as it may be midnight.
WITH booked AS (
    SELECT MIN(ordered_at) AS ordered_at, 1 AS orders, 0 AS net_minor
    FROM orders
    WHERE kind = 'sale' AND net_minor > 0
    GROUP BY order_id
    UNION ALL
    SELECT ordered_at, 0, net_minor
    FROM orders
),

minutes AS (
    SELECT MIN(ordered_at) AS ordered_at, SUM(orders) AS orders, SUM(net_minor) AS net_minor
    FROM booked
    GROUP BY FLOOR(EPOCH_US(ordered_at) / 60000000), EPOCH_US(ordered_at) % 60000000 = 0
),

placed AS (
    SELECT
        orders,
        net_minor,
        shop_day(ordered_at) AS day,
        CASE
            WHEN ordered_at <> CAST(shop_day(ordered_at) AS TIMESTAMPTZ) THEN EXTRACT(HOUR FROM ordered_at)
        END AS hour
    FROM minutes
)

SELECT
    CAST(EXTRACT(MONTH FROM day) AS INTEGER) AS month,
    CAST(DATE_DIFF('day', DATE '1900-01-01', day) % 7 + 1 AS INTEGER) AS weekday,
    CAST(hour AS INTEGER) AS hour,
    CAST(SUM(orders) AS BIGINT) AS orders,
    CAST(SUM(net_minor) AS BIGINT) AS net_minor,
    CAST(MIN(day) AS VARCHAR) AS first_day
FROM placed
GROUP BY EXTRACT(MONTH FROM day), DATE_DIFF('day', DATE '1900-01-01', day) % 7 + 1, hour
ORDER BY month, weekday, hour
