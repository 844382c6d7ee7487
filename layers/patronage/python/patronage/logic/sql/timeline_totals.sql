-- Customers with a timeline, their entries, and how many customers have more than is kept: of whom one entry is left out,
-- it is kept all the same if it is the acquisition. Reads `timeline_sizes`, `timeline_entries`.
WITH firsts AS (
    SELECT customer_id, ARG_MIN(kind, (EPOCH_US(occurred_at), stage, tie)) AS kind
    FROM timeline_entries
    WHERE customer_id IN (SELECT customer_id FROM timeline_sizes WHERE left_out = 1)
    GROUP BY customer_id
)

SELECT
    COUNT(*) AS customers,
    CAST(COALESCE(SUM(sizes.entries), 0) AS BIGINT) AS entries,
    COUNT(CASE WHEN sizes.left_out > 1 OR firsts.kind <> 'acquired' THEN 1 END) AS cut
FROM timeline_sizes AS sizes
LEFT JOIN firsts ON sizes.customer_id = firsts.customer_id
