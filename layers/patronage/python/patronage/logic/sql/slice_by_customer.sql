-- What the shop says of each customer on $by; those of whom it says nothing are absent. Reads `customers`.
SELECT customer_id, value
FROM (
    SELECT
        customer_id,
        MIN(
            CASE $by
                WHEN 'gender' THEN gender
                WHEN 'age' THEN age
                WHEN 'language' THEN language
                WHEN 'region' THEN region
                WHEN 'city' THEN city
                WHEN 'home_country' THEN country
                WHEN 'acquired_by' THEN channel
                WHEN 'accepts_marketing' THEN CASE WHEN accepts_marketing THEN 'yes' WHEN NOT accepts_marketing THEN 'no' END
                WHEN 'registered_month' THEN SUBSTRING(CAST(shop_day(created_at) AS VARCHAR), 1, 7)
            END
        ) AS value
    FROM customers
    GROUP BY customer_id
) AS known
WHERE value IS NOT NULL
