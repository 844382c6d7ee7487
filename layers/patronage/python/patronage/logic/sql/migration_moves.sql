-- Customers and money by the segment they were in and the one they are in; null is not there: new, or gone.
-- Reads `earlier_customers` and `later_customers` (customer_id, segment_id, net_minor).
SELECT
    earlier_customers.segment_id AS from_segment_id,
    later_customers.segment_id AS to_segment_id,
    COUNT(*) AS customers,
    CAST(COALESCE(SUM(later_customers.net_minor), 0) AS BIGINT) AS net_minor,
    CAST(COALESCE(SUM(later_customers.net_minor), 0) - COALESCE(SUM(earlier_customers.net_minor), 0) AS BIGINT)
        AS net_minor_change
FROM earlier_customers
FULL OUTER JOIN later_customers ON earlier_customers.customer_id = later_customers.customer_id
GROUP BY earlier_customers.segment_id, later_customers.segment_id
ORDER BY from_segment_id NULLS FIRST, to_segment_id NULLS FIRST
