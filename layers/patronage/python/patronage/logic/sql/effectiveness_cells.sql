-- What was shown and what came of it, added up by everything that a report may ask for, each on the shop's day on which it
-- happened, from $since on. Reads `showings`, `clicked`, `viewed`, `sales`. shown_clicks alone stand on the day of the
-- impression that was clicked, whenever that was: of them and the impressions of any days the share is made.
WITH facts AS (
    SELECT
        model, generation, placement, rung, position, segment, shop_day(seen_at) AS day,
        1 AS impressions, CASE WHEN clicked_at IS NULL THEN 0 ELSE 1 END AS shown_clicks, 0 AS clicks, 0 AS carts,
        0 AS purchases, 0 AS revenue_minor, 0 AS viewed_purchases, 0 AS viewed_revenue_minor
    FROM showings
    WHERE seen_at >= CAST($since AS TIMESTAMPTZ)
    UNION ALL
    SELECT model, generation, placement, rung, position, segment, shop_day(clicked_at), 0, 0, 1, 0, 0, 0, 0, 0
    FROM showings
    WHERE clicked_at >= CAST($since AS TIMESTAMPTZ)
    UNION ALL
    SELECT model, generation, placement, rung, position, segment, shop_day(moment), 0, 0, 0, 1, 0, 0, 0, 0
    FROM clicked
    WHERE kind = 'cart'
    UNION ALL
    SELECT
        clicked.model, clicked.generation, clicked.placement, clicked.rung, clicked.position, clicked.segment, sales.day,
        0, 0, 0, 0, 1, sales.net_minor, 0, 0
    FROM clicked
    INNER JOIN sales ON clicked.outcome = sales.sale
    WHERE clicked.kind = 'purchase'
    UNION ALL
    SELECT
        viewed.model, viewed.generation, viewed.placement, viewed.rung, viewed.position, viewed.segment, sales.day,
        0, 0, 0, 0, 0, 0, 1, sales.net_minor
    FROM viewed
    INNER JOIN sales ON viewed.outcome = sales.sale
)

SELECT
    model,
    generation,
    placement,
    rung,
    position,
    segment,
    day,
    CAST(SUM(impressions) AS BIGINT) AS impressions,
    CAST(SUM(shown_clicks) AS BIGINT) AS shown_clicks,
    CAST(SUM(clicks) AS BIGINT) AS clicks,
    CAST(SUM(carts) AS BIGINT) AS carts,
    CAST(SUM(purchases) AS BIGINT) AS purchases,
    CAST(SUM(revenue_minor) AS BIGINT) AS revenue_minor,
    CAST(SUM(viewed_purchases) AS BIGINT) AS viewed_purchases,
    CAST(SUM(viewed_revenue_minor) AS BIGINT) AS viewed_revenue_minor
FROM facts
GROUP BY model, generation, placement, rung, position, segment, day
