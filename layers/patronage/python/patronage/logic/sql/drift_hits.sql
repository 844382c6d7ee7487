-- Where in their lists customers find what they bought from a day on, counted: how many products each bought (ten
-- count as ten and more), the places of their list that were bought (bit 0 is the first place), and how many
-- customers. Who bought nothing is left out. Reads `orders`, `listed` (customer_id, rank, product_id) and
-- `measured_customers`; $first is the day; with $only_new = 1 a product that the customer had before does not count.
-- A purchase is what `interactions` calls one: it was not taken back on its own day.
WITH kept AS (
    SELECT orders.customer_id, orders.product_id, shop_day(orders.ordered_at) AS day
    FROM orders
    INNER JOIN measured_customers ON orders.customer_id = measured_customers.customer_id
    WHERE orders.kind <> 'fee'
    GROUP BY orders.customer_id, orders.product_id, shop_day(orders.ordered_at)
    HAVING
        SUM(orders.quantity) > 0
        AND MAX(CASE WHEN orders.kind = 'sale' AND orders.net_minor > 0 THEN 1 ELSE 0 END) = 1
),

bought AS (
    SELECT customer_id, product_id
    FROM kept
    GROUP BY customer_id, product_id
    HAVING
        MAX(day) >= CAST($first AS DATE)
        AND (CAST($only_new AS INTEGER) = 0 OR MIN(day) >= CAST($first AS DATE))
),

counted AS (
    SELECT bought.customer_id, COUNT(*) AS products, SUM(COALESCE(POWER(2, listed.rank - 1), 0)) AS places
    FROM bought
    LEFT JOIN listed
        ON bought.customer_id = listed.customer_id AND bought.product_id = listed.product_id AND listed.rank <= 10
    GROUP BY bought.customer_id
)

SELECT LEAST(products, 10) AS products, CAST(places AS INTEGER) AS places, COUNT(*) AS customers
FROM counted
GROUP BY LEAST(products, 10), CAST(places AS INTEGER)
ORDER BY products, places
