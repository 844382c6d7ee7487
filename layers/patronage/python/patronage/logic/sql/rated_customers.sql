-- Customers who rated, numbered from 0 in the order of their ids, with what the shop knows of them.
-- Reads `ratings`, `customers`.
SELECT
    CAST(ROW_NUMBER() OVER (ORDER BY rated.customer_id) - 1 AS INTEGER) AS idx,
    rated.customer_id,
    customers.country,
    customers.gender,
    customers.age,
    customers.attributes
FROM (
    SELECT DISTINCT customer_id
    FROM ratings
    WHERE customer_id IS NOT NULL
) AS rated
LEFT JOIN customers ON rated.customer_id = customers.customer_id
ORDER BY idx
