-- Nonces that strict signatures have spent, in a file of their own that lives as long as the machine is up.

-- name: make_nonces#
CREATE TABLE IF NOT EXISTS nonces (
  api_key_id INTEGER, nonce TEXT, until INTEGER NOT NULL, times INTEGER NOT NULL,
  PRIMARY KEY (api_key_id, nonce)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS nonces_until ON nonces (until);
CREATE TABLE IF NOT EXISTS opened (one INTEGER PRIMARY KEY CHECK (one = 1), since INTEGER NOT NULL);

-- name: open_nonces(since)!
INSERT INTO opened (one, since) VALUES (1, :since) ON CONFLICT DO NOTHING;

-- name: opened_since()^
SELECT since FROM opened;

-- name: spend_nonce(api_key_id, nonce, until)^
INSERT INTO nonces (api_key_id, nonce, until, times) VALUES (:api_key_id, :nonce, :until, 1)
ON CONFLICT (api_key_id, nonce) DO UPDATE SET times = times + 1 RETURNING times;

-- name: forget_nonces(now, most)!
DELETE FROM nonces WHERE (api_key_id, nonce) IN
  (SELECT api_key_id, nonce FROM nonces WHERE until <= :now ORDER BY until LIMIT :most);
