-- The orders that a file shares with the lake, and who is newer. Reads `lines` (of the file, fate kept) and
-- `existing` (the lake's lines of those orders). Newest: the row's own updated_at, else the object's time,
-- then its key; of equals the one that is ingested later, which is how a file comes back under other rules.
WITH incoming AS (
    SELECT
        order_id,
        BOOL_AND(has_line_id) AS has_line_id,
        MAX(STRUCT_PACK(at := COALESCE(updated_at, received_at), k := object_key)) AS newest,
        COUNT(*) AS line_count
    FROM lines
    WHERE fate = 'kept'
    GROUP BY order_id
),

held AS (
    SELECT
        order_id,
        BOOL_AND(has_line_id) AS has_line_id,
        MAX(STRUCT_PACK(at := COALESCE(updated_at, received_at), k := object_key)) AS newest,
        COUNT(*) AS line_count
    FROM existing
    GROUP BY order_id
)

SELECT
    incoming.order_id,
    incoming.has_line_id AND held.has_line_id AS is_by_line,
    incoming.newest >= held.newest AS incoming_wins,
    incoming.line_count < held.line_count AS loses_lines
FROM incoming
INNER JOIN held ON incoming.order_id = held.order_id
