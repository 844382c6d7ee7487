-- Who was shown an arm of experiment $experiment_id from $begins on and before $ends, each once: the first arm, at the
-- first time, and in how many arms. Reads `judged_events`. With $others, the name of an arm, whoever was shown an answer of
-- any other kind was in that arm: so the permanent holdout is held against everybody else. Answers that knew no visitor, with
-- `-` as their experiment, are the same for both sides and put nobody into either.
-- $variants is a text of the form `,arm=list,…,`: an answer of an arm that shows a list of its own, but came from another,
-- fell back on it and shows nothing of the arm.
WITH shown AS (
    SELECT
        unit_kind,
        unit_id,
        visitor_id,
        occurred_at,
        CASE
            WHEN SPLIT_PART(recommendation_id, '~', 4) = $experiment_id THEN SPLIT_PART(recommendation_id, '~', 5)
            ELSE $others
        END AS arm,
        SPLIT_PART(recommendation_id, '~', 2) AS model
    FROM judged_events
    WHERE
        is_readable
        AND event_type = 'impression'
        AND occurred_at >= CAST($begins AS TIMESTAMPTZ)
        AND occurred_at < CAST($ends AS TIMESTAMPTZ)
        AND (
            SPLIT_PART(recommendation_id, '~', 4) = $experiment_id
            OR ($others <> '' AND SPLIT_PART(recommendation_id, '~', 4) <> '-')
        )
),

kept AS (
    SELECT
        *,
        CONTAINS($variants, ',' || arm || '=') AND NOT CONTAINS($variants, ',' || arm || '=' || model || ',') AS has_fallen_back
    FROM shown
)

SELECT
    ROW_NUMBER() OVER (ORDER BY MIN(CASE WHEN NOT has_fallen_back THEN occurred_at END), unit_kind, unit_id) - 1 AS unit,
    unit_kind,
    unit_id,
    MIN(visitor_id) AS visitor_id,
    MIN(CASE WHEN NOT has_fallen_back THEN occurred_at END) AS exposed_at,
    MIN(CASE WHEN NOT has_fallen_back THEN arm END) AS arm,
    COUNT(DISTINCT CASE WHEN NOT has_fallen_back THEN arm END) AS arms,
    COUNT(CASE WHEN has_fallen_back THEN 1 END) AS fallback_impressions
FROM kept
GROUP BY unit_kind, unit_id
