-- What the shop's customers do on average, which some rules compare with. Reads `behaviour_visits`, `behaviour_prices`,
-- `behaviour_purchases`. Null where nothing is known of it.
SELECT
    purchases.discount_share,
    purchases.products_per_occasion,
    prices.reduced_share,
    visits.adds_per_cart
FROM (
    SELECT
        CAST(SUM(discounted_lines) AS DOUBLE)
        / NULLIF(SUM(CASE WHEN discounted_lines IS NOT NULL THEN sale_lines END), 0) AS discount_share,
        SUM(products) / NULLIF(CAST(SUM(occasions) AS DOUBLE), 0) AS products_per_occasion
    FROM behaviour_purchases
) AS purchases
CROSS JOIN (
    SELECT CAST(SUM(reduced_events) AS DOUBLE) / NULLIF(SUM(priced_events), 0) AS reduced_share
    FROM behaviour_prices
) AS prices
CROSS JOIN (
    SELECT CAST(SUM(cart_adds) AS DOUBLE) / NULLIF(SUM(cart_sessions), 0) AS adds_per_cart
    FROM behaviour_visits
) AS visits
