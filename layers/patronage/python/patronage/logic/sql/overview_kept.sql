-- The days of the values that matter: the $most with the most net of all time, of the newest days, and by the change of
-- these against as many before ($before to the day ahead of $recent, $recent to $until). Days from $since to $until.
-- Reads `value_days` (value, day, net_minor).
WITH summed AS (
    SELECT
        value,
        SUM(net_minor) AS net_minor,
        SUM(CASE WHEN day BETWEEN CAST($recent AS DATE) AND CAST($until AS DATE) THEN net_minor ELSE 0 END)
            AS recent_minor,
        SUM(CASE WHEN day >= CAST($before AS DATE) AND day < CAST($recent AS DATE) THEN net_minor ELSE 0 END)
            AS before_minor
    FROM value_days
    GROUP BY value
),

ranked AS (
    SELECT
        value,
        ROW_NUMBER() OVER (ORDER BY net_minor DESC, value) AS by_net,
        ROW_NUMBER() OVER (ORDER BY recent_minor DESC, value) AS by_recent,
        ROW_NUMBER() OVER (ORDER BY ABS(recent_minor - before_minor) DESC, value) AS by_change
    FROM summed
)

SELECT value_days.value, value_days.day, value_days.net_minor
FROM value_days
INNER JOIN ranked ON value_days.value = ranked.value
WHERE
    value_days.day BETWEEN CAST($since AS DATE) AND CAST($until AS DATE)
    AND (ranked.by_net <= $most OR ranked.by_recent <= $most OR ranked.by_change <= $most)
ORDER BY value_days.value, value_days.day
