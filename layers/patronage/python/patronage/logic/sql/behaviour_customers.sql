-- What is known of each customer's behaviour, with the first of the behaviours whose rule is met.
-- Reads `behaviour_visits`, `behaviour_prices`, `behaviour_preferences`, `behaviour_purchases`, `seasonality_customers`.
-- The parameters are the bounds of the rules in logic/segments/behaviour.py; a rule whose bound is unknown is not met.
-- Where $has_events is false nothing is known of visits; where it is true a customer without one has 0 sessions. Nobody
-- without a session has a behaviour.
WITH known AS (
    SELECT customer_id FROM behaviour_visits
    UNION
    SELECT customer_id FROM behaviour_purchases
),

joined AS (
    SELECT
        known.customer_id,
        CASE WHEN $has_events THEN COALESCE(visits.sessions, 0) END AS sessions,
        CASE WHEN $has_events THEN COALESCE(visits.views, 0) END AS views,
        visits.most_views,
        visits.buying_sessions,
        visits.cart_sessions,
        visits.browse_depth,
        visits.conversion,
        visits.cart_abandonment,
        CAST(visits.cart_adds AS DOUBLE) / NULLIF(visits.cart_sessions, 0) AS adds_per_cart,
        preferences.preferred_hour,
        preferences.preferred_weekday,
        preferences.preferred_category,
        preferences.preferred_channel,
        COALESCE(prices.priced_events, 0) AS priced_events,
        CAST(prices.reduced_events AS DOUBLE) / prices.priced_events AS discount_interest,
        COALESCE(purchases.occasions, 0) AS occasions,
        purchases.products_per_occasion,
        COALESCE(purchases.sale_lines, 0) AS sale_lines,
        purchases.discount_affinity,
        COALESCE(purchases.net_minor, 0) AS net_minor,
        seasons.buying_month,
        seasons.buying_weekday,
        seasons.buying_hour,
        seasons.buying_category,
        seasons.buying_channel
    FROM known
    LEFT JOIN behaviour_visits AS visits ON known.customer_id = visits.customer_id
    LEFT JOIN behaviour_prices AS prices ON known.customer_id = prices.customer_id
    LEFT JOIN behaviour_preferences AS preferences ON known.customer_id = preferences.customer_id
    LEFT JOIN behaviour_purchases AS purchases ON known.customer_id = purchases.customer_id
    LEFT JOIN seasonality_customers AS seasons ON known.customer_id = seasons.customer_id
)

SELECT
    customer_id,
    CAST(sessions AS BIGINT) AS sessions,
    CAST(views AS BIGINT) AS views,
    conversion,
    browse_depth,
    cart_abandonment,
    preferred_hour,
    preferred_weekday,
    preferred_category,
    preferred_channel,
    discount_interest,
    CAST(occasions AS BIGINT) AS occasions,
    products_per_occasion,
    buying_month,
    buying_weekday,
    buying_hour,
    buying_category,
    buying_channel,
    discount_affinity,
    CAST(net_minor AS BIGINT) AS net_minor,
    CASE
        WHEN COALESCE(sessions, 0) = 0 THEN NULL
        WHEN
            (sale_lines >= $least_lines AND discount_affinity >= $least_discount_affinity)
            OR (priced_events >= $least_priced AND discount_interest >= $least_discount_interest)
            THEN 'bargain_hunter'
        WHEN cart_sessions >= $least_carts AND cart_abandonment >= $least_abandonment THEN 'cart_abandoner'
        WHEN products_per_occasion >= $least_products OR adds_per_cart >= $least_adds THEN 'basket_builder'
        WHEN conversion >= $least_conversion AND browse_depth <= $most_direct_depth THEN 'direct_buyer'
        WHEN browse_depth >= $least_depth THEN 'researcher'
        WHEN buying_sessions + occasions + cart_sessions > 0 THEN 'casual_shopper'
        WHEN most_views <= 1 THEN 'passer_by'
        ELSE 'window_shopper'
    END AS behaviour_id
FROM joined
ORDER BY customer_id
