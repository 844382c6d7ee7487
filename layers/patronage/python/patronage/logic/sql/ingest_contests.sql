-- The orders that a file shares with the lake, and who is newer. A unit is an order, or whatever else the first
-- identity column names. Reads `lines` (of the file) and `existing` (the lake's rows of those units). Newest: the
-- greatest `version`, which is the row's own updated_at, else the object's time, then its key; of equals the one that
-- is ingested later, which is how a file comes back under other rules.
WITH incoming AS (
    SELECT
        unit,
        BOOL_AND(has_line_id) AS has_line_id,
        MAX(version) AS newest,
        COUNT(*) AS line_count
    FROM lines
    GROUP BY unit
),

held AS (
    SELECT
        unit,
        BOOL_AND(has_line_id) AS has_line_id,
        MAX(version) AS newest,
        COUNT(*) AS line_count
    FROM existing
    GROUP BY unit
)

SELECT
    incoming.unit,
    incoming.has_line_id AND held.has_line_id AS is_by_line,
    incoming.newest >= held.newest AS incoming_wins,
    incoming.line_count < held.line_count AS loses_lines
FROM incoming
INNER JOIN held ON incoming.unit = held.unit
