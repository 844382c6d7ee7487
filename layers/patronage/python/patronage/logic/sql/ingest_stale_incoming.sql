-- The rows of a file that the lake already holds in a newer form, by file and place. Reads `contests`, `existing`,
-- `lines`.
SELECT lines.file, lines.place
FROM lines
INNER JOIN contests ON lines.unit = contests.unit
LEFT JOIN existing ON lines.unit = existing.unit AND lines.line = existing.line
WHERE
    CASE
        WHEN NOT contests.is_by_line THEN NOT contests.incoming_wins
        ELSE STRUCT_PACK(at := COALESCE(lines.updated_at, lines.received_at), k := lines.origin)
            < STRUCT_PACK(at := COALESCE(existing.updated_at, existing.received_at), k := existing.origin)
            AND existing.unit IS NOT NULL
    END
GROUP BY lines.file, lines.place
