-- How a run's lists spread over its products. Reads `listed` (product_id, rank), `known_products`; $customers is how
-- many bought. Coverage: share of the products that stand in a list. Gini: 0 where all stand in as many, towards 1
-- where a few stand in all. Novelty: -log2 of the share of the customers who bought a product, over that of a
-- product with one buyer; the mean over all places.
WITH shown AS (
    SELECT product_id, COUNT(*) AS places
    FROM listed
    WHERE rank <= 10
    GROUP BY product_id
),

spread AS (
    SELECT
        known_products.product_id,
        known_products.buyers,
        COALESCE(shown.places, 0) AS places,
        ROW_NUMBER() OVER (ORDER BY COALESCE(shown.places, 0), known_products.product_id) AS place
    FROM known_products
    LEFT JOIN shown ON known_products.product_id = shown.product_id
    WHERE known_products.is_active OR shown.places > 0
)

SELECT
    COUNT(*) AS products,
    CAST(COALESCE(SUM(places), 0) AS BIGINT) AS places,
    AVG(CASE WHEN places > 0 THEN 1.0 ELSE 0.0 END) AS coverage,
    2.0 * SUM(place * places) / (COUNT(*) * NULLIF(SUM(places), 0)) - (COUNT(*) + 1.0) / COUNT(*) AS gini,
    SUM(places * LEAST(GREATEST(-LOG2(GREATEST(buyers, 1) / CAST($customers AS DOUBLE)), 0.0)
        / LOG2(CAST($customers AS DOUBLE)), 1.0)) / NULLIF(SUM(places), 0) AS novelty
FROM spread
