-- What one euro was in each currency, by day.

-- name: daily_rates(since, until)^
SELECT day, source, rates FROM daily_rates WHERE day BETWEEN :since AND :until ORDER BY day DESC LIMIT 1;

-- name: daily_rates_read_at()^
SELECT MAX(read_at) AS at FROM daily_rates;

-- name: keep_daily_rates(day, source, rates, read_at)!
INSERT INTO daily_rates (day, source, rates, read_at) VALUES (:day, :source, :rates, :read_at)
ON CONFLICT (day) DO UPDATE SET source = excluded.source, rates = excluded.rates, read_at = excluded.read_at;
