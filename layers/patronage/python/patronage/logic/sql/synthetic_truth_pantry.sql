-- Which consumables a customer keeps in stock. Reads `pantry`, `people`, `catalogue`.
SELECT people.customer_id, catalogue.product_id, pantry.rhythm_days
FROM pantry
INNER JOIN people ON pantry.person = people.row_number
INNER JOIN catalogue ON pantry.product = catalogue.row_number
ORDER BY pantry.row_number
