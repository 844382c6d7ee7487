-- Size and money of each segment by recency and frequency score; both null without a purchase.
-- Reads `customer_segments`.
SELECT
    r,
    f,
    segment_id,
    COUNT(*) AS customers,
    CAST(SUM(net_minor) AS BIGINT) AS net_minor
FROM customer_segments
GROUP BY r, f, segment_id
ORDER BY r, f, customers DESC, net_minor DESC, segment_id
