-- All that the shop sold from $since on, by day, and how much of it counts for recommendations. Reads `sales`, `clicked`.
-- An order whose lines stand on several days is told on each: apart by the day before on which it stood already (before),
-- and stood attributed (attributed_before), so that it counts once over any days.
WITH placed AS (
    SELECT
        sales.order_id,
        sales.day,
        CAST(SUM(sales.net_minor) AS BIGINT) AS revenue_minor,
        MAX(CASE WHEN clicked.outcome IS NULL THEN 0 ELSE 1 END) AS attributed
    FROM sales
    LEFT JOIN clicked ON clicked.kind = 'purchase' AND sales.sale = clicked.outcome
    WHERE sales.ordered_at >= CAST($since AS TIMESTAMPTZ)
    GROUP BY sales.order_id, sales.day
),

spaced AS (
    SELECT
        day,
        revenue_minor,
        attributed,
        LAG(day) OVER (PARTITION BY order_id ORDER BY day) AS before,
        MAX(CASE WHEN attributed = 1 THEN day END) OVER (
            PARTITION BY order_id ORDER BY day ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS attributed_before
    FROM placed
)

SELECT
    day,
    before,
    attributed_before,
    COUNT(*) AS orders,
    CAST(SUM(revenue_minor) AS BIGINT) AS revenue_minor,
    CAST(SUM(attributed) AS BIGINT) AS attributed_orders
FROM spaced
GROUP BY day, before, attributed_before
