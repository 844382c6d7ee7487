-- How many customers came back after each purchase, and after how long: by segment and channel, by segment, and by
-- channel; what it is not by is null. Reads `journey_occasions`, `journey_slices` (unit: the customer).
SELECT
    journey_slices.segment_id,
    journey_slices.channel_place,
    journey_occasions.number,
    COUNT(*) AS customers,
    COUNT(journey_occasions.days_to_next) AS returned,
    CAST(MEDIAN(journey_occasions.days_to_next) AS DOUBLE) AS median_days
FROM journey_occasions
INNER JOIN journey_slices ON journey_occasions.customer_id = journey_slices.unit
WHERE journey_occasions.number <= $stages
GROUP BY
    GROUPING SETS (
        (journey_slices.segment_id, journey_slices.channel_place, journey_occasions.number),
        (journey_slices.segment_id, journey_occasions.number),
        (journey_slices.channel_place, journey_occasions.number)
    )
ORDER BY
    journey_slices.segment_id NULLS LAST, journey_slices.channel_place NULLS LAST, journey_occasions.number
