-- Where each customer of a segment can be reached, and whether the customer agreed to be.
-- Reads `segment_members` (customer_id) and `contact_rows`, the newest customers.
-- An address that said no under one id has said no under all.
WITH refused AS (
    SELECT DISTINCT LOWER(TRIM(COALESCE(email, customer_id))) AS email
    FROM contact_rows
    WHERE NOT accepts_marketing
)

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
    CASE
        WHEN NOT contact_rows.accepts_marketing OR refused.email IS NOT NULL THEN 'no'
        WHEN contact_rows.accepts_marketing THEN 'yes'
        ELSE 'unknown'
    END AS consent
FROM segment_members
LEFT JOIN contact_rows ON segment_members.customer_id = contact_rows.customer_id
LEFT JOIN refused ON LOWER(TRIM(COALESCE(contact_rows.email, segment_members.customer_id))) = refused.email
ORDER BY segment_members.customer_id
