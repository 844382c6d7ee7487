-- Net and pieces of each customer's products, by the set of segments that the customer is in; fees are none.
-- Reads `orders` up to as_of and `customer_sets` (customer_id, segment_set).
SELECT
    customer_sets.segment_set,
    sums.product_id,
    sums.net_minor,
    sums.items
FROM (
    SELECT
        customer_id,
        product_id,
        CAST(SUM(net_minor) AS BIGINT) AS net_minor,
        CAST(SUM(CASE WHEN kind = 'sale' AND net_minor > 0 THEN quantity ELSE 0 END) AS DOUBLE) AS items
    FROM orders
    WHERE customer_id IS NOT NULL AND kind <> 'fee'
    GROUP BY customer_id, product_id
) AS sums
INNER JOIN customer_sets ON sums.customer_id = customer_sets.customer_id
