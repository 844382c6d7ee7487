-- The lake's lines that a file supersedes. Reads `contests`, `existing`, `lines`.
SELECT existing.order_id, existing.line, existing.object_id
FROM existing
INNER JOIN contests ON existing.order_id = contests.order_id
LEFT JOIN lines
    ON existing.order_id = lines.order_id AND existing.line = lines.line AND lines.fate = 'kept'
WHERE
    CASE
        WHEN NOT contests.is_by_line THEN contests.incoming_wins
        ELSE STRUCT_PACK(at := COALESCE(lines.updated_at, lines.received_at), k := lines.object_key)
            >= STRUCT_PACK(at := COALESCE(existing.updated_at, existing.received_at), k := existing.object_key)
            AND lines.order_id IS NOT NULL
    END
