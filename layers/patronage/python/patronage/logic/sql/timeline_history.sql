-- When each customer's segment changed: at the end of the shop day for which a run found it, after all of that day, but
-- before $as_of, which may lie within the last day. Reads `earlier_history`; a day after $today is left out.
SELECT
    customer_id,
    LEAST(CAST(as_of + INTERVAL '1' DAY AS TIMESTAMPTZ), CAST($as_of AS TIMESTAMPTZ)) - INTERVAL '1' MICROSECOND
        AS occurred_at,
    segment_id
FROM earlier_history
WHERE as_of <= CAST($today AS DATE)
