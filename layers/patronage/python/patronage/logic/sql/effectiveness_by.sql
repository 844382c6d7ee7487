-- The sums of `effectiveness_cells` by day and by $by: total, model, version, rung, placement, segment or position.
-- Reads `effectiveness_cells`. The $most values with the most impressions of all days have rows of their own, the others
-- have them together (is_rest): a public key can post any id, and no report may grow with that.
WITH keyed AS (
    SELECT
        *,
        CASE $by
            WHEN 'total' THEN 'total'
            WHEN 'model' THEN model
            WHEN 'version' THEN COALESCE(model, '') || '~' || COALESCE(generation, '')
            WHEN 'rung' THEN rung
            WHEN 'placement' THEN placement
            WHEN 'segment' THEN segment
            WHEN 'position' THEN CAST(position AS VARCHAR)
        END AS by_value
    FROM effectiveness_cells
),

ranked AS (
    SELECT
        by_value,
        ROW_NUMBER() OVER (ORDER BY SUM(impressions) DESC, SUM(clicks) DESC, by_value NULLS LAST) > $most AS is_rest
    FROM keyed
    GROUP BY by_value
)

SELECT
    CASE WHEN ranked.is_rest THEN NULL ELSE keyed.by_value END AS by_value,
    ranked.is_rest,
    keyed.day,
    CAST(SUM(keyed.impressions) AS BIGINT) AS impressions,
    CAST(SUM(keyed.shown_clicks) AS BIGINT) AS shown_clicks,
    CAST(SUM(keyed.clicks) AS BIGINT) AS clicks,
    CAST(SUM(keyed.carts) AS BIGINT) AS carts,
    CAST(SUM(keyed.purchases) AS BIGINT) AS purchases,
    CAST(SUM(keyed.revenue_minor) AS BIGINT) AS revenue_minor,
    CAST(SUM(keyed.viewed_purchases) AS BIGINT) AS viewed_purchases,
    CAST(SUM(keyed.viewed_revenue_minor) AS BIGINT) AS viewed_revenue_minor
FROM keyed
INNER JOIN ranked ON keyed.by_value IS NOT DISTINCT FROM ranked.by_value
GROUP BY CASE WHEN ranked.is_rest THEN NULL ELSE keyed.by_value END, ranked.is_rest, keyed.day
