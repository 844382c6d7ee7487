-- The expected 12-month value of groups of customers and its 80 % interval, as `lifetime_totals.py` explains it.
-- Reads `lifetime_members` (group_id beside the columns of clv/lifetime.npz); $z is its INTERVAL_Z.
-- A customer whose value is not known (null) is counted and left out of the money.
WITH sums AS (
    SELECT
        group_id,
        COUNT(*) AS customers,
        COUNT(*) - COUNT(value_12m) AS customers_without_value,
        AVG(probability_alive) AS probability_alive,
        SUM(value_12m) AS value_12m,
        SUM(value_12m_variance)
        + POWER(SUM(value_12m_shift_1), 2)
        + POWER(SUM(value_12m_shift_2), 2)
        + POWER(SUM(value_12m_shift_3), 2)
        + POWER(SUM(value_12m_shift_4), 2)
        + POWER(SUM(value_12m_shift_5), 2)
        + POWER(SUM(value_12m_shift_6), 2)
        + POWER(SUM(value_12m_shift_7), 2) AS variance
    FROM lifetime_members
    GROUP BY group_id
),

ninths AS (
    SELECT
        *,
        CASE WHEN value_12m > 0 THEN variance / POWER(value_12m, 2) / 9 END AS ninth
    FROM sums
)

SELECT
    group_id,
    customers,
    customers_without_value,
    probability_alive,
    value_12m,
    CASE
        WHEN ninth IS NULL THEN value_12m
        ELSE value_12m * POWER(GREATEST(0.0, 1 - ninth - $z * SQRT(ninth)), 3)
    END AS value_12m_low,
    CASE
        WHEN ninth IS NULL THEN value_12m
        ELSE value_12m * GREATEST(1.0, POWER(GREATEST(0.0, 1 - ninth + $z * SQRT(ninth)), 3))
    END AS value_12m_high
FROM ninths
ORDER BY group_id
