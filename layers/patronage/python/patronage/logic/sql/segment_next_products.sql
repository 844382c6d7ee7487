-- The five products that stand in the recommendations of the largest share of each segment's customers.
-- Reads `picks` (customer_id, product_id, name) and `segmented` (customer_id, group_id).
WITH counted AS (
    SELECT
        segmented.group_id,
        picks.product_id,
        MIN(picks.name) AS name,
        COUNT(*) AS customers
    FROM picks
    INNER JOIN segmented ON picks.customer_id = segmented.customer_id
    GROUP BY segmented.group_id, picks.product_id
),

sizes AS (
    SELECT group_id, COUNT(*) AS size
    FROM segmented
    GROUP BY group_id
),

ranked AS (
    SELECT
        *,
        ROW_NUMBER() OVER (PARTITION BY group_id ORDER BY customers DESC, product_id) AS place
    FROM counted
)

SELECT
    ranked.group_id AS segment_id,
    ranked.product_id,
    ranked.name,
    ranked.customers / sizes.size AS share_of_customers
FROM ranked
INNER JOIN sizes ON ranked.group_id = sizes.group_id
WHERE ranked.place <= 5
ORDER BY ranked.group_id, ranked.place
