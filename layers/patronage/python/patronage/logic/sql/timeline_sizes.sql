-- The totals of each customer's entries, and how many of the oldest are left out, so that the latest $entries are kept.
-- Reads `timeline_entries`.
SELECT
    customer_id,
    COUNT(*) AS entries,
    COUNT(CASE WHEN kind = 'visit' THEN 1 END) AS visits,
    COUNT(CASE WHEN kind = 'purchase' THEN 1 END) AS purchases,
    COUNT(CASE WHEN kind = 'fee' THEN 1 END) AS fees,
    COUNT(CASE WHEN kind = 'refund' THEN 1 END) AS refunds,
    COUNT(CASE WHEN kind = 'segment_change' THEN 1 END) AS segment_changes,
    COUNT(CASE WHEN kind = 'recommendation_seen' THEN 1 END) AS recommendations_seen,
    COUNT(CASE WHEN kind = 'recommendation_taken' THEN 1 END) AS recommendations_taken,
    GREATEST(COUNT(*) - $entries, 0) AS left_out
FROM timeline_entries
GROUP BY customer_id
