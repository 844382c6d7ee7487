-- What customers bought first and then, by how many. Reads `journey_pairs` (item, next_item).
SELECT item, next_item, COUNT(*) AS customers
FROM journey_pairs
WHERE item IS NOT NULL AND next_item IS NOT NULL
GROUP BY item, next_item
ORDER BY customers DESC, item, next_item
LIMIT $items
