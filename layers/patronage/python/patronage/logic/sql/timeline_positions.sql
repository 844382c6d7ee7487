-- Each customer's entries numbered from 1, the oldest first, with the customer's totals of all of them; kept are the
-- latest and the acquisition. Reads `timeline_entries`, `timeline_sizes`.
SELECT
    placed.*,
    sizes.entries,
    sizes.visits,
    sizes.purchases,
    sizes.fees,
    sizes.refunds,
    sizes.segment_changes,
    sizes.recommendations_seen,
    sizes.recommendations_taken
FROM (
    SELECT
        customer_id,
        ROW_NUMBER() OVER (PARTITION BY customer_id ORDER BY occurred_at, stage, tie) AS position,
        occurred_at,
        shop_day(occurred_at) AS day,
        kind,
        session_key,
        order_id,
        refers_to,
        product_id,
        CAST(products AS INTEGER) AS products,
        CAST(events AS INTEGER) AS events,
        CAST(net_minor AS BIGINT) AS net_minor,
        channel,
        detail
    FROM timeline_entries
) AS placed
INNER JOIN timeline_sizes AS sizes ON placed.customer_id = sizes.customer_id
WHERE placed.position > sizes.left_out OR placed.kind = 'acquired'
