-- How long exchanges have told us to wait: a row is written only when one does.

-- name: waits()
SELECT exchange, until FROM waits;

-- name: wait_of(exchange)^
SELECT until FROM waits WHERE exchange = :exchange;

-- name: keep_wait(exchange, until)!
INSERT INTO waits (exchange, until) VALUES (:exchange, :until)
ON CONFLICT (exchange) DO UPDATE SET until = excluded.until WHERE excluded.until > waits.until;
