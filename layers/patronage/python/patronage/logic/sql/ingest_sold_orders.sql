-- Which of the orders that `unmatched` names have sold something. Reads `sales_rows`.
SELECT DISTINCT order_id
FROM sales_rows
WHERE kind = 'sale' AND order_id IN (SELECT sold_in FROM unmatched)
