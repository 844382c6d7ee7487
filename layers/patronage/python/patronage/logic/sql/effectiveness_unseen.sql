-- How many clicks from $since on are on what no impression of the same answer was told of. Reads `showings`.
SELECT COUNT(*) AS clicks
FROM showings
WHERE clicked_at >= CAST($since AS TIMESTAMPTZ) AND seen_at IS NULL
