-- The $channels channels of the most units, the largest at place 0. Reads `journey_units` (unit, channel).
SELECT channel, CAST(ROW_NUMBER() OVER (ORDER BY COUNT(*) DESC, channel) - 1 AS INTEGER) AS place
FROM journey_units
WHERE channel IS NOT NULL
GROUP BY channel
ORDER BY place
LIMIT $channels
