-- How many sessions looked at how many products. Reads `sessions`.
SELECT views, COUNT(*) AS sessions
FROM sessions
GROUP BY views
ORDER BY views
