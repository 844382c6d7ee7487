-- The least value that reaches each score from 2 to 5, the greater value being the better (recency is negated).
-- Reads `rfm_customers`; $margin is a share of the buyers, by which `lenient` comes earlier and `strict` later.
-- Tie-safe: a score depends on the share of buyers with a lesser value alone, so equal customers score equal.
-- Recency and money take the middle of a tie (all equal: 3); frequency its lower end, so that a one-time
-- buyer scores 1 whatever the share of one-time buyers. A score that nobody reaches is null.
WITH counted AS (
    SELECT 'recency' AS measure, -recency_days AS amount, COUNT(*) AS buyers
    FROM rfm_customers
    WHERE frequency > 0
    GROUP BY recency_days
    UNION ALL
    SELECT 'frequency' AS measure, CAST(frequency AS BIGINT) AS amount, COUNT(*) AS buyers
    FROM rfm_customers
    WHERE frequency > 0
    GROUP BY frequency
    UNION ALL
    SELECT 'monetary' AS measure, net_minor AS amount, COUNT(*) AS buyers
    FROM rfm_customers
    WHERE frequency > 0
    GROUP BY net_minor
),

ranked AS (
    SELECT
        measure,
        amount,
        buyers,
        CAST(SUM(buyers) OVER (PARTITION BY measure ORDER BY amount) AS BIGINT) - buyers AS below,
        CAST(SUM(buyers) OVER (PARTITION BY measure) AS BIGINT) AS all_buyers
    FROM counted
),

placed AS (
    SELECT
        measure,
        amount,
        all_buyers,
        5 * (2 * below + CASE WHEN measure = 'frequency' THEN 0 ELSE buyers END) AS place,
        10 * all_buyers * CAST($margin AS DOUBLE) AS slack
    FROM ranked
)

SELECT
    measure,
    score,
    MIN(amount) FILTER (WHERE place >= 2 * (score - 1) * all_buyers) AS least,
    MIN(amount) FILTER (WHERE place >= 2 * (score - 1) * all_buyers - slack) AS lenient,
    MIN(amount) FILTER (WHERE place >= 2 * (score - 1) * all_buyers + slack) AS strict
FROM placed
CROSS JOIN (VALUES (2), (3), (4), (5)) AS scores(score)
GROUP BY measure, score
ORDER BY measure, score
