-- The rows of a file that the lake already holds in a newer form, by file and place. Reads `contests`, `existing`,
-- `lines`.
SELECT
    lines.file,
    lines.place
FROM lines
INNER JOIN contests ON lines.unit = contests.unit
WHERE NOT contests.is_by_line AND NOT contests.incoming_wins
UNION
SELECT
    lines.file,
    lines.place
FROM lines
INNER JOIN contests ON lines.unit = contests.unit AND contests.is_by_line
INNER JOIN existing ON lines.unit = existing.unit AND lines.line = existing.line AND lines.version < existing.version
