-- What a customer is drawn from. Reads `people` and `factors`, which has one column a latent factor.
SELECT
    people.customer_id,
    people.main_group,
    TO_TIMESTAMP(people.joined_instant) AS joined_at,
    people.orders_per_day,
    people.dropout_chance,
    people.orders,
    CASE WHEN people.has_left THEN TO_TIMESTAMP(people.last_instant) END AS left_at,
    factors.* EXCLUDE (row_number)
FROM people
INNER JOIN factors ON people.row_number = factors.row_number
WHERE people.customer_id IS NOT NULL
ORDER BY people.row_number
