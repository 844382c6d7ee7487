-- The category of most of a customer's purchase lines; of equals the one bought last, then the first by name.
-- Reads `categorised_history` (ask, category, is_purchase, ordered_at).
WITH counted AS (
    SELECT ask, category, COUNT(*) AS purchase_lines, EPOCH_US(MAX(ordered_at)) AS last_us
    FROM categorised_history
    WHERE is_purchase AND category IS NOT NULL
    GROUP BY ask, category
)

SELECT ask, ARG_MIN(category, (-purchase_lines, -last_us, category)) AS favourite_category
FROM counted
GROUP BY ask
