-- Each customer's rating of each product (the mean where several were given), by their numbers, with the
-- newest of the shop's days (0 where the source does not say). Reads `ratings`, `rated_customers`, `rated_products`.
SELECT
    rated_customers.idx AS customer,
    rated_products.idx AS product,
    MAX(COALESCE(DATE_DIFF('day', DATE '1970-01-01', shop_day(ratings.rated_at)), 0)) AS day,
    AVG(CAST(ratings.rating AS DOUBLE)) AS rating
FROM ratings
INNER JOIN rated_customers ON ratings.customer_id = rated_customers.customer_id
INNER JOIN rated_products ON ratings.product_id = rated_products.product_id
GROUP BY rated_customers.idx, rated_products.idx
ORDER BY customer, product
