-- Keys of ours, with the wrapped data key of the user they belong to.

-- name: add_api_key(user_id, api_key, name, permissions, kind, secret, public_key, unsigned_body, created_at, expires_at, allow)^
INSERT INTO api_keys
  (user_id, api_key, name, permissions, kind, secret, public_key, unsigned_body, created_at, expires_at, allow)
VALUES
  (:user_id, :api_key, :name, :permissions, :kind, :secret, :public_key, :unsigned_body, :created_at, :expires_at, :allow)
RETURNING id;

-- name: api_key(api_key)^
SELECT api_keys.*, users.data_key FROM api_keys JOIN users ON users.id = api_keys.user_id
WHERE api_keys.api_key = :api_key;

-- name: api_keys_of_user(user_id)
SELECT api_keys.*, users.data_key FROM api_keys JOIN users ON users.id = api_keys.user_id
WHERE api_keys.user_id = :user_id ORDER BY api_keys.id;

-- name: api_keys_used(id, at)*!
UPDATE api_keys SET used_at = MAX(COALESCE(used_at, 0), :at) WHERE id = :id;

-- name: revoke_api_key(at, api_key, user_id)!
UPDATE api_keys SET revoked_at = COALESCE(revoked_at, :at), secret = NULL
WHERE api_key = :api_key AND user_id = :user_id;
