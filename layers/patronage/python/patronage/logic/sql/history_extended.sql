-- Each customer's segments over time, a row a change, carried on by this run's. Customers that are no longer in
-- the shop's data leave with their past, so that an erasure erases it. Reads `earlier_history` (customer_id,
-- as_of, segment_id) and `later_customers` (customer_id, segment_id); $today is the shop's day of this run: what
-- was stated as of that day or a later one gives way, so that a run that comes twice states it once.
WITH carried AS (
    SELECT
        earlier_history.customer_id,
        earlier_history.as_of,
        earlier_history.segment_id,
        ROW_NUMBER() OVER (PARTITION BY earlier_history.customer_id ORDER BY earlier_history.as_of DESC) AS age
    FROM earlier_history
    INNER JOIN later_customers ON earlier_history.customer_id = later_customers.customer_id
    WHERE earlier_history.as_of < CAST($today AS DATE)
)

SELECT customer_id, as_of, segment_id
FROM carried
UNION ALL
SELECT
    later_customers.customer_id,
    CAST($today AS DATE) AS as_of,
    later_customers.segment_id
FROM later_customers
LEFT JOIN carried ON later_customers.customer_id = carried.customer_id AND carried.age = 1
WHERE carried.segment_id IS NULL OR carried.segment_id <> later_customers.segment_id
