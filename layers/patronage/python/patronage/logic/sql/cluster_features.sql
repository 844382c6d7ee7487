-- What a buyer's purchases look like, in numbers that clusters are made of: one row a buyer, by idx.
-- Reads `orders` up to as_of, `products` and `buyers`; $today is the shop's day of as_of.
-- NaN where a number is not known: the days between occasions of a buyer who came once, per-piece figures of one
-- whose sales count no piece. Categories are 0 where the shop names none. Shares lie between 0 and 1.
WITH lines AS (
    SELECT
        buyers.idx,
        orders.kind,
        orders.net_minor,
        orders.quantity,
        orders.discount,
        orders.product_id,
        products.category,
        shop_day(orders.ordered_at) AS day,
        orders.kind = 'sale' AND orders.net_minor > 0 AS is_purchase
    FROM orders
    INNER JOIN buyers ON orders.customer_id = buyers.customer_id
    LEFT JOIN products ON orders.product_id = products.product_id
),

totals AS (
    SELECT
        idx,
        MIN(CASE WHEN is_purchase THEN day END) AS first_day,
        MAX(CASE WHEN is_purchase THEN day END) AS last_day,
        CAST(COUNT(DISTINCT CASE WHEN is_purchase THEN day END) AS DOUBLE) AS occasions,
        CAST(COUNT(DISTINCT CASE WHEN is_purchase THEN product_id END) AS DOUBLE) AS products,
        CAST(COUNT(DISTINCT CASE WHEN is_purchase THEN category END) AS DOUBLE) AS categories,
        CAST(SUM(CASE WHEN is_purchase THEN 1 ELSE 0 END) AS DOUBLE) AS purchase_lines,
        CAST(SUM(CASE WHEN is_purchase AND discount > 0 THEN 1 ELSE 0 END) AS DOUBLE) AS discounted_lines,
        CAST(SUM(CASE WHEN is_purchase THEN quantity ELSE 0 END) AS DOUBLE) AS pieces,
        CAST(SUM(CASE WHEN is_purchase THEN net_minor ELSE 0 END) AS DOUBLE) AS sold_minor,
        CAST(SUM(CASE WHEN kind IN ('cancellation', 'refund') THEN -net_minor ELSE 0 END) AS DOUBLE) AS returned_minor,
        CAST(SUM(net_minor) AS DOUBLE) AS net_minor
    FROM lines
    GROUP BY idx
)

SELECT
    idx,
    CAST(DATE_DIFF('day', last_day, CAST($today AS DATE)) AS DOUBLE) AS recency_days,
    occasions,
    net_minor / occasions AS net_per_occasion_minor,
    CASE WHEN pieces > 0 THEN pieces / occasions ELSE CAST('NaN' AS DOUBLE) END AS items_per_occasion,
    CASE WHEN pieces > 0 THEN sold_minor / pieces ELSE CAST('NaN' AS DOUBLE) END AS price_per_item_minor,
    products / purchase_lines AS distinct_product_share,
    categories,
    LEAST(GREATEST(returned_minor / sold_minor, 0.0), 1.0) AS returned_share,
    discounted_lines / purchase_lines AS discounted_share,
    CASE
        WHEN occasions > 1 THEN DATE_DIFF('day', first_day, last_day) / (occasions - 1) ELSE CAST('NaN' AS DOUBLE)
    END AS days_between_occasions,
    CAST(DATE_DIFF('day', first_day, CAST($today AS DATE)) AS DOUBLE) AS tenure_days
FROM totals
ORDER BY idx
