-- Each customer's entries numbered from 1, the oldest first, with the customer's totals. Reads `timeline_entries`.
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
    detail,
    COUNT(*) OVER (PARTITION BY customer_id) AS entries,
    COUNT(CASE WHEN kind = 'visit' THEN 1 END) OVER (PARTITION BY customer_id) AS visits,
    COUNT(CASE WHEN kind = 'purchase' THEN 1 END) OVER (PARTITION BY customer_id) AS purchases,
    COUNT(CASE WHEN kind = 'refund' THEN 1 END) OVER (PARTITION BY customer_id) AS refunds,
    COUNT(CASE WHEN kind = 'segment_change' THEN 1 END) OVER (PARTITION BY customer_id) AS segment_changes,
    COUNT(CASE WHEN kind = 'recommendation_seen' THEN 1 END) OVER (PARTITION BY customer_id) AS recommendations_seen,
    COUNT(CASE WHEN kind = 'recommendation_taken' THEN 1 END) OVER (PARTITION BY customer_id) AS recommendations_taken
FROM timeline_entries
