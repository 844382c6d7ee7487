-- The good rows of a file as order lines, each with its fate inside the file: kept, repeated or superseded.
-- Reads `judged`. Where the source has line ids, (order_id, line) is one line and the newest row of it is kept;
-- where it has none, the order is the unit, and identical lines are kept unless $drop_repeated_lines.
WITH good AS (
    SELECT
        *,
        COALESCE(
            kind_text,
            CASE WHEN is_cancelled THEN 'cancellation' WHEN is_fee THEN 'fee' WHEN quantity < 0 THEN 'refund' ELSE 'sale' END
        ) AS kind,
        CAST(quantity AS DECIMAL(38, 4)) * CAST(unit_price AS DECIMAL(38, 4))
            - CASE WHEN quantity < 0 THEN -1 ELSE 1 END * COALESCE(discount, 0) AS net,
        BOOL_AND(line IS NOT NULL) OVER (PARTITION BY order_id) AS has_line_id
    FROM judged
    WHERE rule IS NULL
),

counted AS (
    SELECT
        *,
        ROW_NUMBER() OVER (PARTITION BY order_id ORDER BY record) AS position,
        ROW_NUMBER() OVER (
            PARTITION BY
                order_id, line, customer_id, product_id, description, quantity, unit_price, discount, tax, shipping,
                currency, kind, refers_to, ordered_at, country, channel, updated_at
            ORDER BY CASE WHEN has_line_id THEN -record ELSE record END
        ) AS copy
    FROM good
),

aged AS (
    SELECT
        *,
        ROW_NUMBER() OVER (
            PARTITION BY order_id, CASE WHEN has_line_id THEN line ELSE CAST(position AS VARCHAR) END
            ORDER BY updated_at DESC NULLS LAST, record DESC
        ) AS age
    FROM counted
)

SELECT
    record,
    order_id,
    CASE WHEN has_line_id THEN line ELSE CAST(position AS VARCHAR) END AS line,
    customer_id,
    product_id,
    description,
    quantity,
    unit_price,
    discount,
    tax,
    shipping,
    currency,
    net AS net_exact,
    to_minor(net) AS net_minor,
    kind,
    refers_to,
    ordered_at,
    country,
    channel,
    updated_at,
    has_line_id,
    $received_at::TIMESTAMPTZ AS received_at,
    $object_key AS object_key,
    $object_id AS object_id,
    copy > 1 AS is_copy,
    CASE
        WHEN has_line_id AND age = 1 THEN 'kept'
        WHEN copy > 1 AND (has_line_id OR $drop_repeated_lines) THEN 'repeated'
        WHEN has_line_id THEN 'superseded'
        ELSE 'kept'
    END AS fate
FROM aged
