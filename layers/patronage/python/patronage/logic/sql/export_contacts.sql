-- Where each customer of a segment can be reached, and whether the customer agreed to be.
-- Reads `segment_members` (customer_id) and `contact_rows`, the newest customers.
SELECT
    segment_members.customer_id,
    contact_rows.email,
    contact_rows.phone,
    contact_rows.first_name,
    contact_rows.last_name,
    contact_rows.city,
    contact_rows.region,
    contact_rows.postal_code,
    contact_rows.country,
    CASE contact_rows.accepts_marketing WHEN TRUE THEN 'yes' WHEN FALSE THEN 'no' ELSE 'unknown' END AS consent
FROM segment_members
LEFT JOIN contact_rows ON segment_members.customer_id = contact_rows.customer_id
ORDER BY segment_members.customer_id
