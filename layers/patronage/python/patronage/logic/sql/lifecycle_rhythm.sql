-- What the shop's rhythm is measured on: a row a number of gaps that customers have. Reads `lifecycle_gaps`.
-- Sums of whole numbers, so that they are equal in whatever order the rows come.
WITH per_customer AS (
    SELECT
        customer_id,
        COUNT(*) AS gaps,
        CAST(SUM(log_gap) AS BIGINT) AS log_sum,
        CAST(SUM(log_gap * log_gap) AS BIGINT) AS log_squares
    FROM lifecycle_gaps
    WHERE gap_days IS NOT NULL
    GROUP BY customer_id
)

SELECT
    gaps,
    COUNT(*) AS customers,
    SUM(log_sum) AS log_sum,
    SUM(log_sum * log_sum) AS log_sum_squared,
    SUM(log_squares) AS log_squares
FROM per_customer
GROUP BY gaps
ORDER BY gaps
