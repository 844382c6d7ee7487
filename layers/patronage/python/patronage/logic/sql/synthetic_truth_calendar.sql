-- Demand by day. Reads `calendar`.
SELECT calendar.day, calendar.demand, calendar.sale
FROM calendar
ORDER BY calendar.row_number
