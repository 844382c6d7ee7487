-- Scores and the named segment of each customer, by the scores of this run alone.
-- Reads `rfm_scored` (customers with r, f, m; null without a purchase) and `rfm_map` (r, fm, segment_id).
SELECT
    rfm_scored.customer_id,
    rfm_scored.recency_days,
    rfm_scored.frequency,
    rfm_scored.net_minor,
    rfm_scored.r,
    rfm_scored.f,
    rfm_scored.m,
    COALESCE(rfm_map.segment_id, 'no_purchase') AS scored_segment_id
FROM rfm_scored
LEFT JOIN rfm_map ON rfm_scored.r = rfm_map.r AND CAST(FLOOR((rfm_scored.f + rfm_scored.m + 1) / 2.0) AS INTEGER) = rfm_map.fm
