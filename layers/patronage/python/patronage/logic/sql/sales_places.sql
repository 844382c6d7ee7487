-- The days, countries, channels and values of what was sold, and each day from the first to $today, so that none is
-- missing; numbered, so that what is further counted of them reads one number. Reads `sales_cells`.
SELECT
    CAST(ROW_NUMBER() OVER (ORDER BY day, country, channel, value) AS INTEGER) AS place,
    0 AS slice,
    day,
    country,
    channel,
    value
FROM (
    SELECT day, country, channel, value FROM sales_cells
    UNION
    SELECT CAST(days.day AS DATE), NULL, NULL, NULL
    FROM (
        SELECT UNNEST(GENERATE_SERIES(span.first_day, CAST($today AS DATE), INTERVAL '1' DAY)) AS day
        FROM (SELECT MIN(day) AS first_day FROM sales_cells) AS span
    ) AS days
) AS told
