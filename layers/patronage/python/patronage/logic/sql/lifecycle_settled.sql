-- The stage in which each customer stands. Reads `lifecycle` and `lifecycle_before` (customer_id, lifecycle_id,
-- purchases, last_purchase of the run before).
-- A silence only grows: who has not bought since the run before comes to no livelier stage, whatever the shop's
-- rhythm, which is measured anew each day, makes of the limits.
WITH stages AS (
    SELECT *
    FROM (
        VALUES ('prospect', 0), ('won_back', 1), ('new', 2), ('active', 2), ('at_risk', 3), ('dormant', 4), ('lost', 5)
    ) AS named(lifecycle_id, silence)
),

compared AS (
    SELECT
        lifecycle.*,
        CASE WHEN stages_before.silence > stages_now.silence THEN lifecycle_before.lifecycle_id END AS kept
    FROM lifecycle
    INNER JOIN stages AS stages_now ON lifecycle.lifecycle_id = stages_now.lifecycle_id
    LEFT JOIN lifecycle_before
        ON
            lifecycle.customer_id = lifecycle_before.customer_id
            AND lifecycle.purchases = lifecycle_before.purchases
            AND lifecycle.last_purchase = lifecycle_before.last_purchase
    LEFT JOIN stages AS stages_before ON lifecycle_before.lifecycle_id = stages_before.lifecycle_id
)

SELECT
    customer_id,
    COALESCE(kept, lifecycle_id) AS lifecycle_id,
    purchases,
    last_purchase,
    days_since,
    expected_gap_days,
    overdue,
    at_risk_after_days,
    dormant_after_days,
    lost_after_days,
    won_back_on,
    net_minor
FROM compared
ORDER BY customer_id
