-- Everything that a run says of a customer: a row for each one of any branch, null where a branch does not know.
-- Reads `rfm`, `lifecycle`, `behaviour` (each by customer_id), `buyers` (customer_id, idx), and by idx
-- `lifetime_rows` and `cluster_rows`. Money is in minor units.
WITH known AS (
    SELECT customer_id FROM rfm
    UNION
    SELECT customer_id FROM lifecycle
    UNION
    SELECT customer_id FROM behaviour
)

SELECT
    known.customer_id,
    rfm.recency_days,
    COALESCE(rfm.frequency, 0) AS frequency,
    COALESCE(rfm.net_minor, 0) AS net_minor,
    rfm.r,
    rfm.f,
    rfm.m,
    rfm.segment_id,
    rfm.scored_segment_id,
    lifecycle.lifecycle_id,
    lifecycle.expected_gap_days,
    lifecycle.overdue,
    lifecycle.at_risk_after_days,
    CAST(cluster_rows.labels AS VARCHAR) AS cluster_id,
    lifetime_rows.probability_alive,
    lifetime_rows.churn_probability,
    lifetime_rows.purchases_3m AS expected_purchases_3m,
    lifetime_rows.purchases_3m_low AS expected_purchases_3m_low,
    lifetime_rows.purchases_3m_high AS expected_purchases_3m_high,
    lifetime_rows.purchases_12m AS expected_purchases_12m,
    lifetime_rows.purchases_12m_low AS expected_purchases_12m_low,
    lifetime_rows.purchases_12m_high AS expected_purchases_12m_high,
    CAST(ROUND(lifetime_rows.value_3m) AS BIGINT) AS expected_value_3m_minor,
    CAST(ROUND(lifetime_rows.value_3m_low) AS BIGINT) AS expected_value_3m_low_minor,
    CAST(ROUND(lifetime_rows.value_3m_high) AS BIGINT) AS expected_value_3m_high_minor,
    CAST(ROUND(lifetime_rows.value_12m) AS BIGINT) AS expected_value_12m_minor,
    CAST(ROUND(lifetime_rows.value_12m_low) AS BIGINT) AS expected_value_12m_low_minor,
    CAST(ROUND(lifetime_rows.value_12m_high) AS BIGINT) AS expected_value_12m_high_minor,
    behaviour.behaviour_id,
    behaviour.sessions,
    behaviour.conversion,
    behaviour.browse_depth,
    behaviour.cart_abandonment,
    behaviour.discount_affinity,
    behaviour.preferred_hour,
    behaviour.preferred_weekday,
    behaviour.preferred_category,
    behaviour.preferred_channel,
    behaviour.buying_month,
    behaviour.buying_weekday,
    behaviour.buying_hour,
    behaviour.buying_category,
    behaviour.buying_channel
FROM known
LEFT JOIN rfm ON known.customer_id = rfm.customer_id
LEFT JOIN lifecycle ON known.customer_id = lifecycle.customer_id
LEFT JOIN behaviour ON known.customer_id = behaviour.customer_id
LEFT JOIN buyers ON known.customer_id = buyers.customer_id
LEFT JOIN lifetime_rows ON buyers.idx = lifetime_rows.idx
LEFT JOIN cluster_rows ON buyers.idx = cluster_rows.idx
ORDER BY known.customer_id
