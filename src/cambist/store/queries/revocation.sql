-- Revoking everything, of one user or of all.

-- name: revoke_api_keys(user_id, at)!
UPDATE api_keys SET revoked_at = :at, secret = NULL
WHERE revoked_at IS NULL AND (:user_id IS NULL OR user_id = :user_id);

-- name: ids_of_users(user_id)
SELECT id FROM users WHERE :user_id IS NULL OR id = :user_id;

-- name: accounts_with_keys(user_id)
SELECT id, user_id, name, market FROM accounts
WHERE secret IS NOT NULL AND removed_at IS NULL AND (:user_id IS NULL OR user_id = :user_id) ORDER BY id;

-- name: erase_exchange_keys(user_id, reason, at)!
UPDATE accounts
SET secret = NULL, passphrase = NULL, locked_for_keys = locked_for_keys OR lock_reason IS NULL,
    lock_reason = COALESCE(lock_reason, :reason), fresh_until = 0, updated_at = :at
WHERE secret IS NOT NULL AND removed_at IS NULL AND (:user_id IS NULL OR user_id = :user_id);
