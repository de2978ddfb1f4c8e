-- Nonces that strict signatures have spent, each kept until its signature is too old to hold.

-- name: spend_nonce(api_key_id, nonce, until)!
INSERT INTO nonces (api_key_id, nonce, until) VALUES (:api_key_id, :nonce, :until)
ON CONFLICT (api_key_id, nonce) DO NOTHING;

-- name: note_replay(api_key_id, nonce)!
UPDATE nonces SET replayed = TRUE WHERE api_key_id = :api_key_id AND nonce = :nonce AND NOT replayed;

-- name: forget_nonces(now, most)!
DELETE FROM nonces WHERE (api_key_id, nonce) IN
  (SELECT api_key_id, nonce FROM nonces WHERE until <= :now ORDER BY until LIMIT :most);
