-- Each product that was sold, numbered by its id, with the description that most of its paid lines have, and how many lines
-- there are. Reads `orders`.
WITH told AS (
    SELECT
        product_id,
        NULLIF(TRIM(description), '') AS title,
        COUNT(*) AS lines,
        COUNT(CASE WHEN net_minor > 0 THEN 1 END) AS paid_lines
    FROM orders
    WHERE kind = 'sale'
    GROUP BY product_id, NULLIF(TRIM(description), '')
),

ranked AS (
    SELECT
        product_id,
        title,
        SUM(lines) OVER (PARTITION BY product_id) AS lines,
        ROW_NUMBER() OVER (
            PARTITION BY product_id
            ORDER BY CASE WHEN title IS NULL THEN 1 ELSE 0 END, paid_lines DESC, lines DESC, title
        ) AS place
    FROM told
)

SELECT ROW_NUMBER() OVER (ORDER BY product_id) - 1 AS product, product_id, title, CAST(lines AS BIGINT) AS lines
FROM ranked
WHERE place = 1
ORDER BY product
