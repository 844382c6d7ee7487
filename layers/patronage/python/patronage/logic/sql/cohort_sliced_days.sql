-- The same with the slice of each customer. Reads `unsliced_days`, `slice_members`.
SELECT
    unsliced_days.customer_id,
    unsliced_days.day,
    COALESCE(slice_members.slice, -1) AS slice,
    unsliced_days.net_minor,
    unsliced_days.is_purchase
FROM unsliced_days
LEFT JOIN slice_members ON unsliced_days.customer_id = slice_members.customer_id
