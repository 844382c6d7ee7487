-- What the report could not count, or counts apart, from $since on. Reads `judged_events`.
SELECT
    COUNT(CASE WHEN is_readable THEN 1 END) AS with_id,
    COUNT(CASE WHEN is_about_one AND recommendation_id IS NULL THEN 1 END) AS without_id,
    COUNT(CASE WHEN recommendation_id IS NOT NULL AND NOT is_readable THEN 1 END) AS unreadable_ids,
    COUNT(CASE WHEN is_readable AND product_id IS NULL AND event_type = 'impression' THEN 1 END) AS control_impressions,
    COUNT(CASE WHEN is_readable AND product_id IS NULL AND event_type <> 'impression' THEN 1 END) AS without_product,
    COUNT(CASE WHEN is_readable AND product_id IS NOT NULL AND position IS NULL THEN 1 END) AS without_position
FROM judged_events
WHERE event_type IN ('impression', 'click', 'cart_add') AND occurred_at >= CAST($since AS TIMESTAMPTZ)
