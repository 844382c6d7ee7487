-- The segment in which each customer stands: the one of the run before where it is kept, else the scored one.
-- Reads `rfm_segments` and `rfm_kept` (customer_id, segment_id).
SELECT
    rfm_segments.customer_id,
    rfm_segments.recency_days,
    rfm_segments.frequency,
    rfm_segments.net_minor,
    rfm_segments.r,
    rfm_segments.f,
    rfm_segments.m,
    COALESCE(rfm_kept.segment_id, rfm_segments.scored_segment_id) AS segment_id,
    rfm_segments.scored_segment_id
FROM rfm_segments
LEFT JOIN rfm_kept ON rfm_segments.customer_id = rfm_kept.customer_id
