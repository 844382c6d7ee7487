-- The category of most of a customer's purchase lines; of equals the one bought last, then the first by name.
-- Reads `categorised_history` (ask, category, is_purchase, ordered_at).
WITH counted AS (
    SELECT ask, category, COUNT(*) AS purchase_lines, MAX(ordered_at) AS last_at
    FROM categorised_history
    WHERE is_purchase AND category IS NOT NULL
    GROUP BY ask, category
),

ranked AS (
    SELECT
        ask,
        category,
        ROW_NUMBER() OVER (PARTITION BY ask ORDER BY purchase_lines DESC, last_at DESC, category) AS place
    FROM counted
)

SELECT ask, category AS favourite_category
FROM ranked
WHERE place = 1
