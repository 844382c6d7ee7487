-- What the shop's own table says of each product. Reads `priced`: the products, each with `price_here`, its price in the
-- shop's currency.
SELECT
    product_id,
    COALESCE(title, '') AS name,
    to_minor(price_here) AS price_minor,
    category,
    CAST(FLOOR(stock) AS BIGINT) AS stock,
    COALESCE(is_active, TRUE) AS is_active,
    COALESCE(CAST(shop_day(released_at) AS VARCHAR), '') AS released_on
FROM priced
ORDER BY product_id
