-- What customers bought first, and how many came back. Reads `journey_firsts` (customer_id, item, days_to_next).
SELECT
    item,
    COUNT(*) AS customers,
    COUNT(days_to_next) AS returned,
    CAST(MEDIAN(days_to_next) AS DOUBLE) AS median_days_to_next
FROM journey_firsts
WHERE item IS NOT NULL
GROUP BY item
ORDER BY customers DESC, item
LIMIT $items
