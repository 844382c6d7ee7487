-- What is in a customer's baskets, from the order lines. Reads `order_history` (ask, day, age_days, kind,
-- is_purchase, quantity, discount, net_minor), `categorised_history` (ask, is_purchase, product_id, category).
-- Null where a number is not known: per-piece figures of one whose sales count no piece, shares of one without a
-- purchase. Categories are 0 where the shop names none.
WITH totals AS (
    SELECT
        ask,
        COUNT(DISTINCT CASE WHEN is_purchase THEN day END) AS occasions,
        CAST(SUM(CASE WHEN is_purchase THEN 1 ELSE 0 END) AS DOUBLE) AS purchase_lines,
        CAST(SUM(CASE WHEN is_purchase AND discount > 0 THEN 1 ELSE 0 END) AS DOUBLE) AS discounted_lines,
        CAST(SUM(CASE WHEN is_purchase THEN quantity ELSE 0 END) AS DOUBLE) AS items,
        CAST(SUM(CASE WHEN is_purchase AND age_days < 30 THEN quantity ELSE 0 END) AS DOUBLE) AS items_30d,
        CAST(SUM(CASE WHEN is_purchase AND age_days < 90 THEN quantity ELSE 0 END) AS DOUBLE) AS items_90d,
        CAST(SUM(CASE WHEN is_purchase AND age_days < 365 THEN quantity ELSE 0 END) AS DOUBLE) AS items_365d,
        CAST(SUM(CASE WHEN is_purchase THEN net_minor ELSE 0 END) AS DOUBLE) AS sold_minor,
        CAST(SUM(CASE WHEN kind IN ('cancellation', 'refund') THEN -net_minor ELSE 0 END) AS DOUBLE) AS returned_minor
    FROM order_history
    GROUP BY ask
),

products AS (
    SELECT ask, COUNT(*) AS distinct_products, COUNT(DISTINCT category) AS categories
    FROM (
        SELECT ask, product_id, MIN(category) AS category
        FROM categorised_history
        WHERE is_purchase
        GROUP BY ask, product_id
    ) AS bought
    GROUP BY ask
)

SELECT
    totals.ask,
    totals.items,
    totals.items_30d,
    totals.items_90d,
    totals.items_365d,
    COALESCE(products.distinct_products, 0) AS distinct_products,
    COALESCE(products.categories, 0) AS categories,
    CASE WHEN totals.items > 0 THEN totals.items / totals.occasions END AS items_per_occasion,
    CASE WHEN totals.items > 0 THEN totals.sold_minor / totals.items END AS price_per_item_minor,
    CASE WHEN totals.purchase_lines > 0 THEN products.distinct_products / totals.purchase_lines END
        AS distinct_product_share,
    CASE WHEN totals.sold_minor > 0 THEN LEAST(GREATEST(totals.returned_minor / totals.sold_minor, 0.0), 1.0) END
        AS returned_share,
    CASE WHEN totals.purchase_lines > 0 THEN totals.discounted_lines / totals.purchase_lines END
        AS discounted_share
FROM totals
LEFT JOIN products ON totals.ask = products.ask
