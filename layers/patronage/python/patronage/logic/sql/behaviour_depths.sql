-- How many sessions have how many views. Reads `sessions`.
SELECT views, COUNT(*) AS sessions
FROM sessions
GROUP BY views
ORDER BY views
