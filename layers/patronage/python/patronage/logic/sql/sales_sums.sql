-- What there is at each place by who bought, with the orders, and a row of nothing. Reads `sales_cells`,
-- `all_places`, `sales_buyers`.
SELECT
    all_places.place,
    sales_cells.buyer,
    sales_cells.line_count,
    sales_cells.net_minor,
    sales_cells.sale_minor,
    sales_cells.cancellation_minor,
    sales_cells.refund_minor,
    sales_cells.fee_minor,
    sales_cells.items,
    sales_cells.returned_items,
    0 AS order_count
FROM sales_cells
INNER JOIN all_places
    ON
        sales_cells.day = all_places.day
        AND sales_cells.country IS NOT DISTINCT FROM all_places.country
        AND sales_cells.channel IS NOT DISTINCT FROM all_places.channel
        AND sales_cells.value IS NOT DISTINCT FROM all_places.value
UNION ALL
SELECT
    place,
    CASE WHEN customer IS NULL THEN 'guest' WHEN is_new THEN 'new' ELSE 'returning' END AS buyer,
    0, 0, 0, 0, 0, 0, 0, 0,
    SUM(order_count) AS order_count
FROM sales_buyers
GROUP BY place, CASE WHEN customer IS NULL THEN 'guest' WHEN is_new THEN 'new' ELSE 'returning' END
UNION ALL
SELECT place, 'none', 0, 0, 0, 0, 0, 0, 0, 0, 0
FROM all_places
