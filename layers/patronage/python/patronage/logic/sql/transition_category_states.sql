-- The main category of each customer's purchases by number; small categories are folded. Reads `journey_mains`.
-- The largest $categories by purchases are kept, of equal ones those first in the alphabet.
SELECT
    journey_mains.customer_id AS journey,
    journey_mains.number AS step,
    CASE
        WHEN journey_mains.category IS NULL THEN 'unknown'
        WHEN kept.category IS NULL THEN 'folded'
        ELSE 'state'
    END AS kind,
    kept.category AS state
FROM journey_mains
LEFT JOIN (
    SELECT category
    FROM journey_mains
    WHERE category IS NOT NULL
    GROUP BY category
    ORDER BY COUNT(*) DESC, category
    LIMIT $categories
) AS kept ON journey_mains.category = kept.category
