-- The lifetime rows of the customers of each group, as `lifetime_totals` takes them.
-- Reads `segmented` (customer_id, group_id), `buyers` (customer_id, idx), `lifetime_rows` (idx, …).
SELECT
    segmented.group_id,
    lifetime_rows.*
FROM segmented
INNER JOIN buyers ON segmented.customer_id = buyers.customer_id
INNER JOIN lifetime_rows ON buyers.idx = lifetime_rows.idx
