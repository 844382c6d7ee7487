-- The mapped rows of a file, text no more. Reads `mapped`: the number of the record and one text a canonical
-- column, null where the cell is empty. $cancellation and $fee are regular expressions or null.
SELECT
    record,
    order_id,
    line,
    customer_id,
    product_id,
    description,
    quantity AS quantity_text,
    TRY_CAST(quantity AS DECIMAL(18, 4)) AS quantity,
    unit_price AS unit_price_text,
    TRY_CAST(unit_price AS DECIMAL(18, 4)) AS unit_price,
    COALESCE(discount, tax, shipping) AS amounts_text,
    (discount IS NOT NULL AND TRY_CAST(discount AS DECIMAL(18, 4)) IS NULL)
        OR (tax IS NOT NULL AND TRY_CAST(tax AS DECIMAL(18, 4)) IS NULL)
        OR (shipping IS NOT NULL AND TRY_CAST(shipping AS DECIMAL(18, 4)) IS NULL) AS amounts_bad,
    TRY_CAST(discount AS DECIMAL(18, 4)) AS discount,
    TRY_CAST(tax AS DECIMAL(18, 4)) AS tax,
    TRY_CAST(shipping AS DECIMAL(18, 4)) AS shipping,
    COALESCE(currency, $currency) AS currency,
    kind AS kind_text,
    COALESCE(regexp_matches(order_id, $cancellation), FALSE) OR COALESCE(kind = 'cancellation', FALSE) AS is_cancelled,
    COALESCE(regexp_matches(product_id, $fee), FALSE) AS is_fee,
    refers_to,
    ordered_at_text,
    ordered_at,
    country,
    channel,
    updated_at_text,
    updated_at
FROM mapped
