-- The expected 12-month value of groups of customers and its 80 % interval, as `lifetime_totals.py` explains it.
-- Reads `lifetime_members` (group_id beside the columns of clv/lifetime.npz); $z is its INTERVAL_Z.
-- A customer whose value is not known is counted and left out of the money.
WITH known AS (
    SELECT
        *,
        NOT ISNAN(value_12m) AS is_known
    FROM lifetime_members
),

sums AS (
    SELECT
        group_id,
        COUNT(*) AS customers,
        COUNT(*) - SUM(CAST(is_known AS INTEGER)) AS customers_without_value,
        AVG(probability_alive) AS probability_alive,
        SUM(CASE WHEN is_known THEN value_12m END) AS value_12m,
        SUM(CASE WHEN is_known THEN value_12m_variance END)
        + POWER(SUM(CASE WHEN is_known THEN value_12m_shift_1 END), 2)
        + POWER(SUM(CASE WHEN is_known THEN value_12m_shift_2 END), 2)
        + POWER(SUM(CASE WHEN is_known THEN value_12m_shift_3 END), 2)
        + POWER(SUM(CASE WHEN is_known THEN value_12m_shift_4 END), 2)
        + POWER(SUM(CASE WHEN is_known THEN value_12m_shift_5 END), 2)
        + POWER(SUM(CASE WHEN is_known THEN value_12m_shift_6 END), 2)
        + POWER(SUM(CASE WHEN is_known THEN value_12m_shift_7 END), 2) AS variance
    FROM known
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
