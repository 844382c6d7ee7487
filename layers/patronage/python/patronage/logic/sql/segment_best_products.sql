-- The $most products that brought the most net from the customers of each segment, and how many of them bought each.
-- Reads `customer_products` and `segmented` (segment_set, group_id, customers).
WITH sizes AS (
    SELECT group_id, CAST(SUM(customers) AS BIGINT) AS size
    FROM segmented
    GROUP BY group_id
),

summed AS (
    SELECT
        segmented.group_id,
        customer_products.product_id,
        CAST(SUM(customer_products.net_minor) AS BIGINT) AS net_minor,
        SUM(customer_products.items) AS items,
        COUNT(CASE WHEN customer_products.items > 0 THEN 1 END) AS buyers
    FROM customer_products
    INNER JOIN segmented ON customer_products.segment_set = segmented.segment_set
    GROUP BY segmented.group_id, customer_products.product_id
),

shop AS (
    SELECT product_id, CAST(SUM(buyers) AS BIGINT) / (SELECT SUM(size) FROM sizes) AS share
    FROM summed
    GROUP BY product_id
),

ranked AS (
    SELECT
        *,
        ROW_NUMBER() OVER (PARTITION BY group_id ORDER BY net_minor DESC, product_id) AS place
    FROM summed
    WHERE buyers > 0
)

SELECT
    ranked.group_id AS segment_id,
    ranked.product_id,
    ranked.net_minor,
    ranked.items,
    ranked.buyers,
    ranked.buyers / sizes.size AS share_of_customers,
    ranked.buyers / sizes.size / shop.share AS lift
FROM ranked
INNER JOIN sizes ON ranked.group_id = sizes.group_id
INNER JOIN shop ON ranked.product_id = shop.product_id
WHERE ranked.place <= $most
ORDER BY ranked.group_id, ranked.place
