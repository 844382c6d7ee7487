-- The lake's rows that a file supersedes, by file and place. Reads `contests`, `existing`, `lines`.
SELECT existing.file, existing.place
FROM existing
INNER JOIN contests ON existing.unit = contests.unit
LEFT JOIN lines ON existing.unit = lines.unit AND existing.line = lines.line
WHERE
    CASE
        WHEN NOT contests.is_by_line THEN contests.incoming_wins
        ELSE STRUCT_PACK(at := COALESCE(lines.updated_at, lines.received_at), k := lines.origin)
            >= STRUCT_PACK(at := COALESCE(existing.updated_at, existing.received_at), k := existing.origin)
            AND lines.unit IS NOT NULL
    END
GROUP BY existing.file, existing.place
