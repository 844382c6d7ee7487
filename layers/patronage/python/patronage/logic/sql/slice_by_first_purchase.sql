-- What each customer's first purchase says of $by: the least text where several lines have its time, and absent where
-- it says nothing. Reads `orders`.
SELECT customer_id, value
FROM (
    SELECT
        orders.customer_id,
        MIN(CASE $by WHEN 'country' THEN orders.country WHEN 'channel' THEN orders.channel END) AS value
    FROM orders
    INNER JOIN (
        SELECT customer_id, MIN(ordered_at) AS first_at
        FROM orders
        WHERE customer_id IS NOT NULL AND kind = 'sale' AND net_minor > 0
        GROUP BY customer_id
    ) AS firsts ON orders.customer_id = firsts.customer_id AND orders.ordered_at = firsts.first_at
    WHERE orders.kind = 'sale' AND orders.net_minor > 0
    GROUP BY orders.customer_id
) AS known
WHERE value IS NOT NULL
