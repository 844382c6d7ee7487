-- Scores from 1 to 5 and the named segment of each customer. Reads `rfm_customers` and `rfm_map` (r, fm, segment_id).
-- Tie-safe: a score depends on the share of buyers with a lesser value alone, so equal customers score equal.
-- Recency and money take the middle of a tie (all equal: 3); frequency its lower end, so that a one-time
-- buyer scores 1 whatever the share of one-time buyers.
WITH ranked AS (
    SELECT
        *,
        COUNT(*) OVER () AS buyers,
        RANK() OVER (ORDER BY recency_days DESC) - 1 AS older,
        COUNT(*) OVER (PARTITION BY recency_days) AS equally_old,
        RANK() OVER (ORDER BY frequency) - 1 AS rarer,
        RANK() OVER (ORDER BY net_minor) - 1 AS poorer,
        COUNT(*) OVER (PARTITION BY net_minor) AS equally_rich
    FROM rfm_customers
    WHERE frequency > 0
),

scored AS (
    SELECT
        customer_id,
        recency_days,
        frequency,
        net_minor,
        CAST(FLOOR(5 * (older + equally_old / 2.0) / buyers) AS INTEGER) + 1 AS r,
        CAST(FLOOR(5.0 * rarer / buyers) AS INTEGER) + 1 AS f,
        CAST(FLOOR(5 * (poorer + equally_rich / 2.0) / buyers) AS INTEGER) + 1 AS m
    FROM ranked
)

SELECT
    scored.customer_id,
    scored.recency_days,
    CAST(scored.frequency AS INTEGER) AS frequency,
    scored.net_minor,
    scored.r,
    scored.f,
    scored.m,
    rfm_map.segment_id
FROM scored
INNER JOIN rfm_map ON scored.r = rfm_map.r AND CAST(FLOOR((scored.f + scored.m + 1) / 2.0) AS INTEGER) = rfm_map.fm
UNION ALL
SELECT customer_id, NULL, 0, net_minor, NULL, NULL, NULL, 'no_purchase'
FROM rfm_customers
WHERE frequency = 0
ORDER BY customer_id
