-- The month, weekday (Monday is 1) and hour in which a customer bought most often; of equals the one of the last purchase.
-- Reads `behaviour_bought`. Counted are days with a sale; an order booked exactly at the shop's midnight has no hour, as
-- its source knows days only.
WITH instants AS (
    SELECT idx, day, ordered_at
    FROM behaviour_bought
    GROUP BY idx, day, ordered_at
),

timed AS (
    SELECT
        idx,
        day,
        ordered_at,
        CASE WHEN ordered_at <> CAST(day AS TIMESTAMPTZ) THEN EXTRACT(HOUR FROM ordered_at) END AS hour
    FROM instants
),

hours AS (
    SELECT idx, day, hour, EPOCH_US(MAX(ordered_at)) AS last_us
    FROM timed
    WHERE hour IS NOT NULL
    GROUP BY idx, day, hour
),

days AS (
    SELECT idx, day, EPOCH_US(MAX(ordered_at)) AS last_us
    FROM instants
    GROUP BY idx, day
),

best_months AS (
    SELECT idx, ARG_MIN(month, (-times, -last_us)) AS month
    FROM (
        SELECT idx, EXTRACT(MONTH FROM day) AS month, COUNT(*) AS times, MAX(last_us) AS last_us
        FROM days
        GROUP BY idx, EXTRACT(MONTH FROM day)
    ) AS counted
    GROUP BY idx
),

best_weekdays AS (
    SELECT idx, ARG_MIN(weekday, (-times, -last_us)) AS weekday
    FROM (
        SELECT
            idx,
            DATE_DIFF('day', DATE '1900-01-01', day) % 7 + 1 AS weekday,
            COUNT(*) AS times,
            MAX(last_us) AS last_us
        FROM days
        GROUP BY idx, DATE_DIFF('day', DATE '1900-01-01', day) % 7 + 1
    ) AS counted
    GROUP BY idx
),

best_hours AS (
    SELECT idx, ARG_MIN(hour, (-times, -last_us)) AS hour
    FROM (
        SELECT idx, hour, COUNT(*) AS times, MAX(last_us) AS last_us
        FROM hours
        GROUP BY idx, hour
    ) AS counted
    GROUP BY idx
)

SELECT best_months.idx, best_months.month, best_weekdays.weekday, best_hours.hour
FROM best_months
INNER JOIN best_weekdays ON best_months.idx = best_weekdays.idx
LEFT JOIN best_hours ON best_months.idx = best_hours.idx
