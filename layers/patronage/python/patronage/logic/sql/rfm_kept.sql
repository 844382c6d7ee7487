-- Who keeps the segment of the run before: neither bought nor returned since, and within the margin of it.
-- Reads `rfm_segments`, `rfm_margins` (customer_id; least and most that r, f and m are within the margin),
-- `previous_customers` (customer_id, frequency, net_minor, segment_id) and `rfm_map`.
SELECT
    rfm_segments.customer_id,
    previous_customers.segment_id
FROM rfm_segments
INNER JOIN previous_customers ON rfm_segments.customer_id = previous_customers.customer_id
INNER JOIN rfm_margins ON rfm_segments.customer_id = rfm_margins.customer_id
WHERE
    rfm_segments.scored_segment_id <> previous_customers.segment_id
    AND rfm_segments.frequency = previous_customers.frequency
    AND rfm_segments.net_minor = previous_customers.net_minor
    AND EXISTS (
        SELECT 1
        FROM rfm_map
        WHERE
            rfm_map.segment_id = previous_customers.segment_id
            AND rfm_map.r BETWEEN rfm_margins.r_least AND rfm_margins.r_most
            AND rfm_map.fm BETWEEN FLOOR((rfm_margins.f_least + rfm_margins.m_least + 1) / 2.0)
                               AND FLOOR((rfm_margins.f_most + rfm_margins.m_most + 1) / 2.0)
    )
