-- What is in a customer's baskets, from the order lines. Reads `categorised_history` (ask, day, age_days, kind,
-- is_purchase, product_id, category, quantity, discount, net_minor). Null where a number is not known: per-piece
-- figures of one whose sales count no piece, shares of one without a purchase. Categories are 0 where the shop names
-- none.
WITH totals AS (
    SELECT
        ask,
        COUNT(DISTINCT CASE WHEN is_purchase THEN day END) AS occasions,
        COUNT(DISTINCT CASE WHEN is_purchase THEN product_id END) AS distinct_products,
        COUNT(DISTINCT CASE WHEN is_purchase THEN category END) AS categories,
        CAST(SUM(CASE WHEN is_purchase THEN 1 ELSE 0 END) AS DOUBLE) AS purchase_lines,
        CAST(SUM(CASE WHEN is_purchase AND discount > 0 THEN 1 ELSE 0 END) AS DOUBLE) AS discounted_lines,
        CAST(SUM(CASE WHEN is_purchase THEN quantity ELSE 0 END) AS DOUBLE) AS items,
        CAST(SUM(CASE WHEN is_purchase AND age_days < 30 THEN quantity ELSE 0 END) AS DOUBLE) AS items_30d,
        CAST(SUM(CASE WHEN is_purchase AND age_days < 90 THEN quantity ELSE 0 END) AS DOUBLE) AS items_90d,
        CAST(SUM(CASE WHEN is_purchase AND age_days < 365 THEN quantity ELSE 0 END) AS DOUBLE) AS items_365d,
        CAST(SUM(CASE WHEN is_purchase THEN net_minor ELSE 0 END) AS DOUBLE) AS sold_minor,
        CAST(SUM(CASE WHEN kind IN ('cancellation', 'refund') THEN -net_minor ELSE 0 END) AS DOUBLE) AS returned_minor
    FROM categorised_history
    GROUP BY ask
)

SELECT
    ask,
    items,
    items_30d,
    items_90d,
    items_365d,
    distinct_products,
    categories,
    CASE WHEN items > 0 THEN items / occasions END AS items_per_occasion,
    CASE WHEN items > 0 THEN sold_minor / items END AS price_per_item_minor,
    CASE WHEN purchase_lines > 0 THEN distinct_products / purchase_lines END AS distinct_product_share,
    CASE WHEN sold_minor > 0 THEN LEAST(GREATEST(returned_minor / sold_minor, 0.0), 1.0) END AS returned_share,
    CASE WHEN purchase_lines > 0 THEN discounted_lines / purchase_lines END AS discounted_share
FROM totals
