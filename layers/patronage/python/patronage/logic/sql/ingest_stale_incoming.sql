-- The records of a file that the lake already holds in a newer form. Reads `contests`, `existing`, `lines`.
SELECT lines.record
FROM lines
INNER JOIN contests ON lines.order_id = contests.order_id
LEFT JOIN existing
    ON lines.order_id = existing.order_id AND lines.line = existing.line
WHERE
    lines.fate = 'kept'
    AND CASE
        WHEN NOT contests.is_by_line THEN NOT contests.incoming_wins
        ELSE STRUCT_PACK(at := COALESCE(lines.updated_at, lines.received_at), k := lines.object_key)
            < STRUCT_PACK(at := COALESCE(existing.updated_at, existing.received_at), k := existing.object_key)
            AND existing.order_id IS NOT NULL
    END
