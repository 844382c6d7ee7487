-- The states of each session by step, from 1; a state that repeats at once is one step. Reads `journey_states`.
SELECT
    session_key AS journey,
    ROW_NUMBER() OVER (PARTITION BY session_key ORDER BY occurred_at, stage, state, event_id) AS step,
    'state' AS kind,
    state
FROM (
    SELECT
        session_key,
        occurred_at,
        stage,
        state,
        event_id,
        LAG(state) OVER (PARTITION BY session_key ORDER BY occurred_at, stage, state, event_id) AS previous_state
    FROM journey_states
) AS spaced
WHERE previous_state IS NULL OR previous_state <> state
UNION ALL
SELECT session_key, 0, 'start', 'landing'
FROM journey_sessions
