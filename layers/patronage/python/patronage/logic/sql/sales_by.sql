-- The shop's money, orders, pieces and customers by $by: total, day, week, month, country or channel; of each slice.
-- Reads `sales_places`, `sales_sums`, `sales_buyers`. Who first bought and came back within a row's period is both a new
-- and a returning customer of it.
WITH keyed AS (
    SELECT
        place,
        slice,
        CASE $by
            WHEN 'total' THEN 'total'
            WHEN 'day' THEN CAST(day AS VARCHAR)
            WHEN 'week' THEN CAST(CAST(DATE_TRUNC('week', day) AS DATE) AS VARCHAR)
            WHEN 'month' THEN CAST(CAST(DATE_TRUNC('month', day) AS DATE) AS VARCHAR)
            WHEN 'country' THEN country
            WHEN 'channel' THEN channel
        END AS by_value
    FROM sales_places
),

numbered AS (
    SELECT *, MIN(place) OVER (PARTITION BY slice, by_value) AS number
    FROM keyed
),

summed AS (
    SELECT
        numbered.slice,
        numbered.by_value,
        numbered.number,
        CAST(SUM(sales_sums.line_count) AS BIGINT) AS line_count,
        CAST(SUM(sales_sums.net_minor) AS BIGINT) AS net_minor,
        CAST(SUM(sales_sums.sale_minor) AS BIGINT) AS sale_minor,
        CAST(SUM(sales_sums.cancellation_minor) AS BIGINT) AS cancellation_minor,
        CAST(SUM(sales_sums.refund_minor) AS BIGINT) AS refund_minor,
        CAST(SUM(sales_sums.fee_minor) AS BIGINT) AS fee_minor,
        CAST(SUM(sales_sums.order_count) AS BIGINT) AS orders,
        CAST(SUM(sales_sums.items) AS DOUBLE) AS items,
        CAST(SUM(sales_sums.returned_items) AS DOUBLE) AS returned_items,
        CAST(SUM(CASE WHEN sales_sums.buyer = 'new' THEN sales_sums.net_minor ELSE 0 END) AS BIGINT) AS new_net_minor,
        CAST(SUM(CASE WHEN sales_sums.buyer = 'returning' THEN sales_sums.net_minor ELSE 0 END) AS BIGINT)
            AS returning_net_minor,
        CAST(SUM(CASE WHEN sales_sums.buyer = 'guest' THEN sales_sums.net_minor ELSE 0 END) AS BIGINT)
            AS guest_net_minor,
        CAST(SUM(CASE WHEN sales_sums.buyer = 'none' THEN sales_sums.net_minor ELSE 0 END) AS BIGINT)
            AS unbought_net_minor,
        CAST(SUM(CASE WHEN sales_sums.buyer = 'new' THEN sales_sums.order_count ELSE 0 END) AS BIGINT) AS new_orders,
        CAST(SUM(CASE WHEN sales_sums.buyer = 'returning' THEN sales_sums.order_count ELSE 0 END) AS BIGINT)
            AS returning_orders,
        CAST(SUM(CASE WHEN sales_sums.buyer = 'guest' THEN sales_sums.order_count ELSE 0 END) AS BIGINT)
            AS guest_orders
    FROM numbered
    INNER JOIN sales_sums ON numbered.place = sales_sums.place
    GROUP BY numbered.slice, numbered.by_value, numbered.number
    HAVING $by IN ('total', 'day', 'week', 'month') OR SUM(sales_sums.line_count) > 0
),

-- a customer of a row once: counting different ones of so many rows costs several times as much
once AS (
    SELECT
        numbered.number,
        sales_buyers.customer,
        BOOL_OR(sales_buyers.is_new) AS is_new,
        BOOL_OR(NOT sales_buyers.is_new) AS is_returning
    FROM sales_buyers
    INNER JOIN numbered ON sales_buyers.place = numbered.place
    WHERE sales_buyers.customer IS NOT NULL
    GROUP BY numbered.number, sales_buyers.customer
),

counted AS (
    SELECT
        number,
        COUNT(*) AS customers,
        COUNT(CASE WHEN is_new THEN 1 END) AS new_customers,
        COUNT(CASE WHEN is_returning THEN 1 END) AS returning_customers
    FROM once
    GROUP BY number
)

SELECT
    summed.slice,
    summed.by_value,
    summed.line_count,
    summed.net_minor,
    summed.sale_minor,
    summed.cancellation_minor,
    summed.refund_minor,
    summed.fee_minor,
    summed.orders,
    summed.items,
    summed.returned_items,
    COALESCE(counted.customers, 0) AS customers,
    COALESCE(counted.new_customers, 0) AS new_customers,
    COALESCE(counted.returning_customers, 0) AS returning_customers,
    summed.new_net_minor,
    summed.returning_net_minor,
    summed.guest_net_minor,
    summed.unbought_net_minor,
    summed.new_orders,
    summed.returning_orders,
    summed.guest_orders
FROM summed
LEFT JOIN counted ON summed.number = counted.number
