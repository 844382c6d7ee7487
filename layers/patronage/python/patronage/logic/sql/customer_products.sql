-- Net and pieces of each customer's products; fees are none. Reads `orders` up to as_of.
SELECT
    customer_id,
    product_id,
    CAST(SUM(net_minor) AS BIGINT) AS net_minor,
    CAST(SUM(CASE WHEN kind = 'sale' AND net_minor > 0 THEN quantity ELSE 0 END) AS DOUBLE) AS items
FROM orders
WHERE customer_id IS NOT NULL AND kind <> 'fee'
GROUP BY customer_id, product_id
