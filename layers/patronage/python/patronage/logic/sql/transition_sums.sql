-- The moves of all months together, by segment and channel. Reads `journey_moves`.
SELECT
    segment_id,
    channel_place,
    step,
    kind,
    state,
    next_kind,
    next_state,
    CAST(SUM(weight) AS BIGINT) AS weight
FROM journey_moves
GROUP BY segment_id, channel_place, step, kind, state, next_kind, next_state
