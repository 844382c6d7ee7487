-- The segment and the channel of each unit (session, visitor or buyer), and the month that it begins in, null where units
-- have none. Reads `journey_units` (unit, customer_id, channel, begins), `journey_segments`, `journey_channels`.
-- Channels that have no place of their own share $channels; where none is said it is one more.
SELECT
    journey_units.unit,
    journey_units.begins,
    CASE
        WHEN journey_units.customer_id IS NULL THEN 'anonymous'
        ELSE COALESCE(journey_segments.segment_id, 'none')
    END AS segment_id,
    CASE
        WHEN journey_units.channel IS NULL THEN $channels + 1
        ELSE COALESCE(journey_channels.place, $channels)
    END AS channel_place
FROM journey_units
LEFT JOIN journey_segments ON journey_units.customer_id = journey_segments.customer_id
LEFT JOIN journey_channels ON journey_units.channel = journey_channels.channel
