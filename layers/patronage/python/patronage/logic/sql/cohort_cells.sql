-- Customers who bought, and net money, by cohort and period; a cell in which nothing happened is absent, and `cohort`
-- is null for customers without a purchase. Reads `cohort_days`.
SELECT
    slice,
    'week' AS period,
    CAST(DATE_TRUNC('week', first_day) AS DATE) AS cohort,
    CAST(DATE_TRUNC('week', day) AS DATE) AS begins,
    CAST(SUM(first_in_week) AS BIGINT) AS active,
    CAST(SUM(net_minor) AS BIGINT) AS net_minor
FROM cohort_days
GROUP BY slice, CAST(DATE_TRUNC('week', first_day) AS DATE), CAST(DATE_TRUNC('week', day) AS DATE)
UNION ALL
SELECT
    slice,
    'month' AS period,
    CAST(DATE_TRUNC('month', first_day) AS DATE) AS cohort,
    CAST(DATE_TRUNC('month', day) AS DATE) AS begins,
    CAST(SUM(first_in_month) AS BIGINT) AS active,
    CAST(SUM(net_minor) AS BIGINT) AS net_minor
FROM cohort_days
GROUP BY slice, CAST(DATE_TRUNC('month', first_day) AS DATE), CAST(DATE_TRUNC('month', day) AS DATE)
UNION ALL
SELECT
    slice,
    'quarter' AS period,
    CAST(DATE_TRUNC('quarter', first_day) AS DATE) AS cohort,
    CAST(DATE_TRUNC('quarter', day) AS DATE) AS begins,
    CAST(SUM(first_in_quarter) AS BIGINT) AS active,
    CAST(SUM(net_minor) AS BIGINT) AS net_minor
FROM cohort_days
GROUP BY slice, CAST(DATE_TRUNC('quarter', first_day) AS DATE), CAST(DATE_TRUNC('quarter', day) AS DATE)
