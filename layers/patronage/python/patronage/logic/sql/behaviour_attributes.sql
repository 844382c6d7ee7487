-- What is known of each customer besides what the customer does, as (attribute, value): country, region, gender, age,
-- language, channel and year of registration as the customers table has them; where it does not, the country and
-- channel of the customer's first order. An age in years becomes a band of ten. Reads `orders`, `customers`.
WITH first_orders AS (
    SELECT
        customer_id,
        ARG_MIN(country, ordered_at) FILTER (WHERE country IS NOT NULL) AS country,
        ARG_MIN(channel, ordered_at) FILTER (WHERE channel IS NOT NULL) AS channel
    FROM (
        SELECT customer_id, ordered_at, MIN(country) AS country, MIN(channel) AS channel
        FROM orders
        WHERE customer_id IS NOT NULL
        GROUP BY customer_id, ordered_at
    ) AS instants
    GROUP BY customer_id
),

known AS (
    SELECT
        COALESCE(customers.customer_id, first_orders.customer_id) AS customer_id,
        COALESCE(customers.country, first_orders.country) AS country,
        customers.region,
        customers.gender,
        customers.age,
        TRY_CAST(customers.age AS INTEGER) AS age_years,
        customers.language,
        COALESCE(customers.channel, first_orders.channel) AS channel,
        CAST(EXTRACT(YEAR FROM shop_day(customers.created_at)) AS VARCHAR) AS registered
    FROM customers
    FULL OUTER JOIN first_orders ON customers.customer_id = first_orders.customer_id
)

SELECT customer_id, 'country' AS attribute, country AS value FROM known WHERE country IS NOT NULL
UNION ALL
SELECT customer_id, 'region', region FROM known WHERE region IS NOT NULL
UNION ALL
SELECT customer_id, 'gender', gender FROM known WHERE gender IS NOT NULL
UNION ALL
SELECT
    customer_id,
    'age',
    CASE
        WHEN age_years IS NULL THEN age
        ELSE CONCAT(
            CAST(age_years - age_years % 10 AS VARCHAR), '-', CAST(age_years - age_years % 10 + 9 AS VARCHAR)
        )
    END
FROM known
WHERE age IS NOT NULL
UNION ALL
SELECT customer_id, 'language', language FROM known WHERE language IS NOT NULL
UNION ALL
SELECT customer_id, 'channel', channel FROM known WHERE channel IS NOT NULL
UNION ALL
SELECT customer_id, 'registered', registered FROM known WHERE registered IS NOT NULL
