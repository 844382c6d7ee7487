-- All entries of each customer. Reads `timeline_events`, `timeline_acquired`.
SELECT *, CASE WHEN kind = 'segment_change' THEN tie END AS detail
FROM timeline_events
UNION ALL
SELECT
    customer_id, occurred_at, 'acquired', 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, channel, '', detail
FROM timeline_acquired
