-- A block's order lines as a shop would export them, by time. Reads `lines`, `people`, `catalogue`, `channels`.
SELECT
    CASE
        WHEN lines.is_refund THEN 'R' || LPAD(CAST(lines.order_number AS VARCHAR), 9, '0') || '-' || lines.number
        ELSE LPAD(CAST(lines.order_number AS VARCHAR), 9, '0')
    END AS order_id,
    CASE WHEN lines.is_refund THEN 1 ELSE lines.number END AS line,
    people.customer_id,
    catalogue.product_id,
    catalogue.title AS description,
    lines.quantity,
    CAST(catalogue.price_minor * 0.01 AS DECIMAL(18, 2)) AS unit_price,
    CAST(lines.discount * 0.01 AS DECIMAL(18, 2)) AS discount,
    CAST(lines.tax * 0.01 AS DECIMAL(18, 2)) AS tax,
    CAST(lines.shipping * 0.01 AS DECIMAL(18, 2)) AS shipping,
    catalogue.currency,
    CASE WHEN lines.is_refund THEN 'refund' ELSE 'sale' END AS kind,
    CASE WHEN lines.is_refund THEN LPAD(CAST(lines.order_number AS VARCHAR), 9, '0') END AS refers_to,
    TO_TIMESTAMP(lines.instant) AS ordered_at,
    people.country,
    channels.channel
FROM lines
INNER JOIN people ON lines.person = people.row_number
INNER JOIN catalogue ON lines.product = catalogue.row_number
INNER JOIN channels ON lines.channel = channels.row_number
ORDER BY lines.instant, lines.order_number, lines.is_refund, lines.number
