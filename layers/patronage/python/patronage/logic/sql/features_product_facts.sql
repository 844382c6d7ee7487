-- What a product costs, as the newest sale says (of equally new ones the lowest price), else the catalogue, and its
-- category. Reads `features_asked` (ask), `order_history` (ask, ordered_at, is_purchase, unit_price), `product_facts`
-- (ask, price, category).
WITH sold AS (
    SELECT
        ask,
        to_minor(unit_price) AS price_minor,
        ROW_NUMBER() OVER (PARTITION BY ask ORDER BY ordered_at DESC, unit_price) AS newest
    FROM order_history
    WHERE is_purchase
)

SELECT
    features_asked.ask,
    COALESCE(sold.price_minor, to_minor(product_facts.price)) AS price_minor,
    product_facts.category
FROM features_asked
LEFT JOIN sold ON features_asked.ask = sold.ask AND sold.newest = 1
LEFT JOIN product_facts ON features_asked.ask = product_facts.ask
