-- Of the customers whose nth purchase is $days or more before $today, how many bought again within $days.
-- Reads `journey_occasions`.
SELECT
    number,
    COUNT(*) AS customers,
    CAST(SUM(CASE WHEN days_to_next <= $days THEN 1 ELSE 0 END) AS BIGINT) AS returned
FROM journey_occasions
WHERE number <= $stages AND DATE_DIFF('day', day, CAST($today AS DATE)) >= $days
GROUP BY number
ORDER BY number
