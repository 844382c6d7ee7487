-- What the lines of sales state beside their price, in their own currency, whether or not it is in the net.
-- Reads `orders` up to as_of.
SELECT
    currency,
    CAST(SUM(discount) AS DOUBLE) AS discount,
    CAST(SUM(tax) AS DOUBLE) AS tax,
    CAST(SUM(shipping) AS DOUBLE) AS shipping
FROM orders
WHERE kind = 'sale'
GROUP BY currency
ORDER BY currency NULLS LAST
