-- Of each day, how many customers bought that day by how many days ago they had bought before: `first` never, `second` on
-- their first day alone, `later` on more. So it can be told for any span of days how many different customers bought.
-- Longer gaps count as $most. Reads `sales_orders`.
WITH days AS (
    SELECT DISTINCT customer_id, day
    FROM sales_orders
    WHERE customer_id IS NOT NULL AND is_purchase
),

numbered AS (
    SELECT
        day,
        ROW_NUMBER() OVER (PARTITION BY customer_id ORDER BY day) AS number,
        DATE_DIFF('day', LAG(day) OVER (PARTITION BY customer_id ORDER BY day), day) AS gap_days
    FROM days
)

SELECT
    day,
    CASE number WHEN 1 THEN 'first' WHEN 2 THEN 'second' ELSE 'later' END AS kind,
    LEAST(COALESCE(gap_days, 0), $most) AS gap_days,
    COUNT(*) AS customers
FROM numbered
WHERE day BETWEEN CAST($since AS DATE) AND CAST($until AS DATE)
GROUP BY 1, 2, 3
ORDER BY 1, 2, 3
