-- The latest $entries entries of each customer, and the acquisition. Reads `timeline_positions`.
SELECT *
FROM timeline_positions
WHERE position > entries - $entries OR kind = 'acquired'
