-- The members of a table of segments, sliced by what is known of them. Reads `members` (customer_id, segment_id,
-- net_minor) and `customer_attributes`. An attribute keeps its $most largest values (of equals the first by name); the
-- rest share the value null, and so do the customers of whom it is not known, in a slice of their own (is_known false).
WITH sized AS (
    SELECT customer_attributes.attribute, customer_attributes.value, COUNT(*) AS customers
    FROM customer_attributes
    INNER JOIN members ON customer_attributes.customer_id = members.customer_id
    GROUP BY customer_attributes.attribute, customer_attributes.value
),

ranked AS (
    SELECT
        attribute,
        value,
        ROW_NUMBER() OVER (PARTITION BY attribute ORDER BY customers DESC, value) AS place
    FROM sized
),

crossed AS (
    SELECT members.*, attributes.attribute
    FROM members
    CROSS JOIN (SELECT DISTINCT attribute FROM sized) AS attributes
)

SELECT
    crossed.attribute,
    ranked.value IS NOT NULL AS is_known,
    CASE WHEN ranked.place <= $most THEN ranked.value END AS value,
    crossed.segment_id,
    COUNT(*) AS customers,
    CAST(SUM(crossed.net_minor) AS BIGINT) AS net_minor
FROM crossed
LEFT JOIN customer_attributes
    ON crossed.customer_id = customer_attributes.customer_id AND crossed.attribute = customer_attributes.attribute
LEFT JOIN ranked
    ON customer_attributes.attribute = ranked.attribute AND customer_attributes.value = ranked.value
GROUP BY
    crossed.attribute, ranked.value IS NOT NULL, CASE WHEN ranked.place <= $most THEN ranked.value END, crossed.segment_id
ORDER BY crossed.attribute, is_known DESC, value, crossed.segment_id
