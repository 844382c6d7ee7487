-- Each customer's entries numbered from 1, the oldest first, with the customer's totals of all of them; kept are the
-- latest $entries and the acquisition. Reads `timeline_entries`.
SELECT
    placed.*,
    totals.entries,
    totals.visits,
    totals.purchases,
    totals.fees,
    totals.refunds,
    totals.segment_changes,
    totals.recommendations_seen,
    totals.recommendations_taken
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
INNER JOIN (
    SELECT
        customer_id,
        COUNT(*) AS entries,
        COUNT(CASE WHEN kind = 'visit' THEN 1 END) AS visits,
        COUNT(CASE WHEN kind = 'purchase' THEN 1 END) AS purchases,
        COUNT(CASE WHEN kind = 'fee' THEN 1 END) AS fees,
        COUNT(CASE WHEN kind = 'refund' THEN 1 END) AS refunds,
        COUNT(CASE WHEN kind = 'segment_change' THEN 1 END) AS segment_changes,
        COUNT(CASE WHEN kind = 'recommendation_seen' THEN 1 END) AS recommendations_seen,
        COUNT(CASE WHEN kind = 'recommendation_taken' THEN 1 END) AS recommendations_taken
    FROM timeline_entries
    GROUP BY customer_id
) AS totals ON placed.customer_id = totals.customer_id
WHERE placed.position > totals.entries - $entries OR placed.kind = 'acquired'
