-- When each customer buys most often, and of which category and over which channel; of equals the one of the last
-- purchase, then the first by name. Reads `behaviour_bought`, `buyers`, `seasonality_times`. Counted are days with a sale.
WITH categories AS (
    SELECT idx, day, category, EPOCH_US(MAX(ordered_at)) AS last_us
    FROM behaviour_bought
    WHERE category IS NOT NULL
    GROUP BY idx, day, category
),

channels AS (
    SELECT idx, day, channel, EPOCH_US(MAX(ordered_at)) AS last_us
    FROM behaviour_bought
    WHERE channel IS NOT NULL
    GROUP BY idx, day, channel
),

best_categories AS (
    SELECT idx, ARG_MIN(category, (-times, -last_us, category)) AS category
    FROM (
        SELECT idx, category, COUNT(*) AS times, MAX(last_us) AS last_us
        FROM categories
        GROUP BY idx, category
    ) AS counted
    GROUP BY idx
),

best_channels AS (
    SELECT idx, ARG_MIN(channel, (-times, -last_us, channel)) AS channel
    FROM (
        SELECT idx, channel, COUNT(*) AS times, MAX(last_us) AS last_us
        FROM channels
        GROUP BY idx, channel
    ) AS counted
    GROUP BY idx
)

SELECT
    buyers.customer_id,
    CAST(seasonality_times.month AS INTEGER) AS buying_month,
    CAST(seasonality_times.weekday AS INTEGER) AS buying_weekday,
    CAST(seasonality_times.hour AS INTEGER) AS buying_hour,
    best_categories.category AS buying_category,
    best_channels.channel AS buying_channel
FROM buyers
LEFT JOIN seasonality_times ON buyers.idx = seasonality_times.idx
LEFT JOIN best_categories ON buyers.idx = best_categories.idx
LEFT JOIN best_channels ON buyers.idx = best_channels.idx
