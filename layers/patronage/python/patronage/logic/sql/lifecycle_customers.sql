-- The stage of each customer and prospect. Reads `lifecycle_gaps`, `orders`, `customers`, `events`;
-- $today is the shop's day of as_of, $log_gap, $within and $between the shop's rhythm, $log_unit the unit of a log
-- gap, $at_risk, $dormant and $lost the quantiles of a stage as standard normal deviates.
WITH known AS (
    SELECT customer_id FROM orders WHERE customer_id IS NOT NULL
    UNION
    SELECT customer_id FROM customers WHERE customer_id IS NOT NULL
    UNION
    SELECT customer_id FROM events WHERE customer_id IS NOT NULL
),

money AS (
    SELECT customer_id, CAST(SUM(net_minor) AS BIGINT) AS net_minor
    FROM orders
    WHERE customer_id IS NOT NULL
    GROUP BY customer_id
),

-- what was known of the customer before each purchase: a silence is judged by the gaps before it
told AS (
    SELECT
        customer_id,
        day,
        gap_days,
        COUNT(gap_days) OVER earlier AS gaps_before,
        COALESCE(SUM(log_gap) OVER earlier, 0) / CAST($log_unit AS DOUBLE) AS log_sum_before
    FROM lifecycle_gaps
    WINDOW earlier AS (PARTITION BY customer_id ORDER BY day ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
),

judged AS (
    SELECT
        customer_id,
        day,
        gap_days,
        CAST($between AS DOUBLE) / ($within + $between * gaps_before) AS weight,
        gaps_before,
        log_sum_before
    FROM told
),

returns AS (
    SELECT customer_id, MAX(day) AS won_back_on
    FROM judged
    WHERE gap_days > EXP(
        $log_gap + weight * (log_sum_before - gaps_before * $log_gap) + $dormant * SQRT($within * (1 + weight))
    )
    GROUP BY customer_id
),

bought AS (
    SELECT
        customer_id,
        COUNT(*) AS purchases,
        MAX(day) AS last_purchase,
        COUNT(gap_days) AS gaps,
        COALESCE(SUM(log_gap), 0) / CAST($log_unit AS DOUBLE) AS log_sum,
        CAST($between AS DOUBLE) / ($within + $between * COUNT(gap_days)) AS weight
    FROM lifecycle_gaps
    GROUP BY customer_id
),

expected AS (
    SELECT
        customer_id,
        purchases,
        last_purchase,
        DATE_DIFF('day', last_purchase, CAST($today AS DATE)) AS days_since,
        $log_gap + weight * (log_sum - gaps * $log_gap) AS mean,
        SQRT($within * (1 + weight)) AS deviation
    FROM bought
),

limits AS (
    SELECT
        *,
        EXP(mean) AS expected_gap_days,
        EXP(mean + $at_risk * deviation) AS at_risk_after_days,
        EXP(mean + $dormant * deviation) AS dormant_after_days,
        EXP(mean + $lost * deviation) AS lost_after_days
    FROM expected
)

SELECT
    known.customer_id,
    CASE
        WHEN limits.customer_id IS NULL THEN 'prospect'
        WHEN limits.days_since > limits.lost_after_days THEN 'lost'
        WHEN limits.days_since > limits.dormant_after_days THEN 'dormant'
        WHEN limits.days_since > limits.at_risk_after_days THEN 'at_risk'
        WHEN limits.purchases = 1 THEN 'new'
        WHEN DATE_DIFF('day', returns.won_back_on, CAST($today AS DATE)) <= limits.at_risk_after_days THEN 'won_back'
        ELSE 'active'
    END AS lifecycle_id,
    CAST(COALESCE(limits.purchases, 0) AS INTEGER) AS purchases,
    limits.last_purchase,
    CAST(limits.days_since AS INTEGER) AS days_since,
    limits.expected_gap_days,
    limits.days_since / limits.expected_gap_days AS overdue,
    limits.at_risk_after_days,
    limits.dormant_after_days,
    limits.lost_after_days,
    returns.won_back_on,
    COALESCE(money.net_minor, 0) AS net_minor
FROM known
LEFT JOIN limits ON known.customer_id = limits.customer_id
LEFT JOIN returns ON known.customer_id = returns.customer_id
LEFT JOIN money ON known.customer_id = money.customer_id
ORDER BY known.customer_id
