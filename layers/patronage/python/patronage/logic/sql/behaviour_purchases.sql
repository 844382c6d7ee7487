-- What each customer buys, how varied and how much of it at a discount. Reads `orders`, up to as_of, `buyers` and
-- `behaviour_bought`.
-- A discount is unknown, not 0, where no order line of the shop states one; less than 1 % of the line's price is the
-- rounding of a price a piece, and no discount.
WITH stated AS (
    SELECT COUNT(discount) AS discounts FROM orders
),

occasions AS (
    SELECT idx, day, COUNT(DISTINCT product_id) AS products
    FROM behaviour_bought
    GROUP BY idx, day
),

varied AS (
    SELECT
        buyers.customer_id,
        COUNT(*) AS occasions,
        CAST(SUM(occasions.products) AS BIGINT) AS products
    FROM occasions
    INNER JOIN buyers ON occasions.idx = buyers.idx
    GROUP BY buyers.customer_id
),

paid AS (
    SELECT
        customer_id,
        CAST(SUM(net_minor) AS BIGINT) AS net_minor,
        COUNT(*) FILTER (WHERE kind = 'sale' AND net_minor > 0) AS sale_lines,
        COUNT(*) FILTER (
            WHERE kind = 'sale' AND net_minor > 0 AND discount > 0 AND discount * 100 >= quantity * unit_price
        ) AS discounted_lines
    FROM orders
    WHERE customer_id IS NOT NULL
    GROUP BY customer_id
)

SELECT
    paid.customer_id,
    paid.net_minor,
    COALESCE(varied.occasions, 0) AS occasions,
    varied.products,
    CAST(varied.products AS DOUBLE) / varied.occasions AS products_per_occasion,
    paid.sale_lines,
    CASE WHEN stated.discounts > 0 THEN paid.discounted_lines END AS discounted_lines,
    CASE
        WHEN stated.discounts > 0 AND paid.sale_lines > 0
            THEN CAST(paid.discounted_lines AS DOUBLE) / paid.sale_lines
    END AS discount_affinity
FROM paid
CROSS JOIN stated
LEFT JOIN varied ON paid.customer_id = varied.customer_id
