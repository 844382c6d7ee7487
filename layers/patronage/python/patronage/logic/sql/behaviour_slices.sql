-- Size and money of each segment in each slice; slice -1 holds the customers of whom nothing is said. Reads `members`
-- (customer_id, segment_id, net_minor) and `slice_members`.
SELECT
    members.segment_id,
    COALESCE(slice_members.slice, -1) AS slice,
    COUNT(*) AS customers,
    CAST(SUM(members.net_minor) AS BIGINT) AS net_minor
FROM members
LEFT JOIN slice_members ON members.customer_id = slice_members.customer_id
GROUP BY members.segment_id, COALESCE(slice_members.slice, -1)
ORDER BY members.segment_id, slice
