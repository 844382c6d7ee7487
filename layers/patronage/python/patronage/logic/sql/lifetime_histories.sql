-- What lifetime value learns from, a row a buyer: the whole history, that of the calibration period, and what came later.
-- Reads `lifetime_days`; $today is the shop's day of as_of, $until the last day of the calibration period.
-- Two orders on one day are one occasion, whatever frequency_unit says: the model asks for time between occasions.
-- Refunds and cancellations lessen the money of the period in which they were booked.
WITH sums AS (
    SELECT
        idx,
        SUM(occasion) AS occasions,
        MIN(day) FILTER (WHERE occasion = 1) AS first_day,
        MAX(day) FILTER (WHERE occasion = 1) AS last_day,
        SUM(net_minor) AS net_minor,
        COALESCE(SUM(occasion) FILTER (WHERE day <= CAST($until AS DATE)), 0) AS known_occasions,
        MAX(day) FILTER (WHERE occasion = 1 AND day <= CAST($until AS DATE)) AS last_known_day,
        COALESCE(SUM(net_minor) FILTER (WHERE day <= CAST($until AS DATE)), 0) AS known_net_minor
    FROM lifetime_days
    GROUP BY idx
)

SELECT
    CAST(idx AS INTEGER) AS idx,
    CAST(occasions - 1 AS INTEGER) AS frequency,
    DATE_DIFF('day', first_day, last_day) AS recency,
    DATE_DIFF('day', first_day, CAST($today AS DATE)) AS age,
    CAST(occasions AS INTEGER) AS occasions,
    CAST(net_minor AS DOUBLE) / occasions AS mean_value,
    CAST(GREATEST(known_occasions - 1, 0) AS INTEGER) AS calibration_frequency,
    COALESCE(DATE_DIFF('day', first_day, last_known_day), 0) AS calibration_recency,
    CASE WHEN known_occasions > 0 THEN DATE_DIFF('day', first_day, CAST($until AS DATE)) ELSE 0 END AS calibration_age,
    CAST(known_occasions AS INTEGER) AS calibration_occasions,
    CASE WHEN known_occasions > 0 THEN CAST(known_net_minor AS DOUBLE) / known_occasions ELSE 0.0 END AS calibration_mean_value,
    CAST(occasions - known_occasions AS INTEGER) AS later_purchases,
    CAST(net_minor - known_net_minor AS DOUBLE) AS later_value
FROM sums
