-- What is recommended to each customer of a shard. Reads `places`, `customers`, `products`, `reason_kinds`.
SELECT
    customers.customer_id,
    places.rank,
    CASE WHEN reason_kinds.name = 'popular' THEN 'popular' ELSE 'user' END AS rung,
    products.product_id,
    products.name,
    places.scores AS score,
    reason_kinds.name AS reason,
    because.product_id AS because_product_id,
    because.name AS because_name,
    NULLIF(places.share, 0) AS share
FROM places
INNER JOIN customers ON places.owner = customers.idx
INNER JOIN products ON places.items = products.idx
INNER JOIN reason_kinds ON places.kind = reason_kinds.kind
LEFT JOIN products AS because ON places.because = because.idx
ORDER BY customers.customer_id, places.rank
