-- The lake's rows that a file supersedes, by file and place, and their object. Reads `contests`, `existing`, `lines`.
-- Lines with ids are unique in a file, so none of the lake's rows is found twice.
SELECT
    existing.file,
    existing.place,
    existing.origin
FROM existing
INNER JOIN contests ON existing.unit = contests.unit
WHERE NOT contests.is_by_line AND contests.incoming_wins
UNION ALL
SELECT
    existing.file,
    existing.place,
    existing.origin
FROM existing
INNER JOIN contests ON existing.unit = contests.unit AND contests.is_by_line
INNER JOIN lines ON existing.unit = lines.unit AND existing.line = lines.line AND existing.version <= lines.version
