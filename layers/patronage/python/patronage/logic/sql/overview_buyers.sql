-- Of each day, how many customers bought that day by how many days ago they had bought before: `first` never, `second` on
-- their first day alone, `later` on more. So it can be told for any span of days how many different customers bought.
-- Longer gaps count as $most. Reads `sales_buyers`, `sales_places`.
WITH days AS (
    SELECT DISTINCT sales_buyers.customer, sales_places.day
    FROM sales_buyers
    INNER JOIN sales_places ON sales_buyers.place = sales_places.place
    WHERE sales_buyers.customer IS NOT NULL
),

numbered AS (
    SELECT
        day,
        ROW_NUMBER() OVER (PARTITION BY customer ORDER BY day) AS number,
        DATE_DIFF('day', LAG(day) OVER (PARTITION BY customer ORDER BY day), day) AS gap_days
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
