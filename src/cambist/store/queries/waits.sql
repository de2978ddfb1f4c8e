-- How long exchanges have told an address of ours to wait: a row is written only when one does.

-- name: waits()
SELECT exchange, address, until FROM waits;

-- name: wait_of(exchange, address)^
SELECT until FROM waits WHERE exchange = :exchange AND address = :address;

-- name: keep_wait(exchange, address, until)!
INSERT INTO waits (exchange, address, until) VALUES (:exchange, :address, :until)
ON CONFLICT (exchange, address) DO UPDATE SET until = excluded.until WHERE excluded.until > waits.until;
