-- A block's customers as a shop would export them. Reads `people`.
SELECT people.customer_id, TO_TIMESTAMP(people.joined_instant) AS registered_at, people.country
FROM people
WHERE people.customer_id IS NOT NULL
ORDER BY people.row_number
