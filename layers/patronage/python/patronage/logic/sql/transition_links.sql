-- How many journeys go from one state at a step to the next, by segment, channel and month. Reads `transition_states`,
-- `journey_slices` (unit: the journey; begins: null where journeys have no month).
-- Steps beyond $depth are folded into one tail; every journey ends in an end or in the tail, so flow is conserved and,
-- as states carry their step, no revisit makes a circle.
WITH ends AS (
    SELECT journey, MAX(step) AS steps
    FROM transition_states
    GROUP BY journey
),

paths AS (
    SELECT journey, step, kind, state
    FROM transition_states
    WHERE step <= $depth
    UNION ALL
    SELECT
        journey,
        CASE WHEN steps > $depth THEN $depth ELSE steps END + 1 AS step,
        CASE WHEN steps > $depth THEN 'tail' ELSE 'end' END AS kind,
        NULL AS state
    FROM ends
),

moves AS (
    SELECT
        journey,
        step,
        kind,
        state,
        LEAD(kind) OVER (PARTITION BY journey ORDER BY step) AS next_kind,
        LEAD(state) OVER (PARTITION BY journey ORDER BY step) AS next_state
    FROM paths
)

SELECT
    journey_slices.segment_id,
    journey_slices.channel_place,
    journey_slices.begins,
    moves.step,
    moves.kind,
    moves.state,
    moves.next_kind,
    moves.next_state,
    COUNT(*) AS weight
FROM moves
INNER JOIN journey_slices ON moves.journey = journey_slices.unit
WHERE moves.next_kind IS NOT NULL
GROUP BY
    journey_slices.segment_id,
    journey_slices.channel_place,
    journey_slices.begins,
    moves.step,
    moves.kind,
    moves.state,
    moves.next_kind,
    moves.next_state
