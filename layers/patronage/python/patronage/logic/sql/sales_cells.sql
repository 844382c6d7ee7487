-- The shop's money and pieces by shop day, country, channel, the customer's value and who bought. Reads `orders` up to
-- as_of, `sales_firsts` and `slice_values` (customer_id, value). A customer is new on the day of the first purchase and
-- returns on later days; `none` is money before or without a first purchase.
SELECT
    lines.day,
    lines.country,
    lines.channel,
    slice_values.value,
    CASE
        WHEN lines.customer_id IS NULL THEN 'guest'
        WHEN lines.day = sales_firsts.first_day THEN 'new'
        WHEN lines.day > sales_firsts.first_day THEN 'returning'
        ELSE 'none'
    END AS buyer,
    COUNT(*) AS line_count,
    CAST(SUM(lines.net_minor) AS BIGINT) AS net_minor,
    CAST(SUM(CASE WHEN lines.kind = 'sale' THEN lines.net_minor ELSE 0 END) AS BIGINT) AS sale_minor,
    CAST(SUM(CASE WHEN lines.kind = 'cancellation' THEN lines.net_minor ELSE 0 END) AS BIGINT) AS cancellation_minor,
    CAST(SUM(CASE WHEN lines.kind = 'refund' THEN lines.net_minor ELSE 0 END) AS BIGINT) AS refund_minor,
    CAST(SUM(CASE WHEN lines.kind = 'fee' THEN lines.net_minor ELSE 0 END) AS BIGINT) AS fee_minor,
    SUM(CASE WHEN lines.kind = 'sale' AND lines.net_minor > 0 THEN lines.quantity ELSE 0 END) AS items,
    SUM(CASE WHEN lines.kind IN ('cancellation', 'refund') THEN -lines.quantity ELSE 0 END) AS returned_items
FROM (SELECT *, shop_day(ordered_at) AS day FROM orders) AS lines
LEFT JOIN sales_firsts ON lines.customer_id = sales_firsts.customer_id
LEFT JOIN slice_values ON lines.customer_id = slice_values.customer_id
GROUP BY 1, 2, 3, 4, 5
