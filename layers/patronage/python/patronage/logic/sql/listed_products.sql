-- What goes with each product of a shard. Reads `places`, `products`, `reason_kinds`.
SELECT
    seed.product_id,
    seed.name,
    places.rank,
    products.product_id AS similar_product_id,
    products.name AS similar_name,
    places.scores AS score,
    reason_kinds.name AS reason,
    NULLIF(places.share, 0) AS share
FROM places
INNER JOIN products AS seed ON places.owner = seed.idx
INNER JOIN products ON places.items = products.idx
INNER JOIN reason_kinds ON places.kind = reason_kinds.kind
ORDER BY seed.product_id, places.rank
