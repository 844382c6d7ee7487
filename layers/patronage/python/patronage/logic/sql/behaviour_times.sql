-- Sessions by weekday (Monday is 1) and hour of the shop's zone; an unknown hour is null. Reads `sessions`.
SELECT
    weekday,
    hour,
    COUNT(*) AS sessions,
    SUM(CASE WHEN purchases > 0 THEN 1 ELSE 0 END) AS buying_sessions
FROM sessions
GROUP BY weekday, hour
ORDER BY weekday, hour
