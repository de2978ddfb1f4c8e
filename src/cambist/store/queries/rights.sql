-- What accounts' keys may do, and locks.

-- name: set_rights(rights, read_at, asked_at, id)!
UPDATE accounts SET rights = :rights, rights_read_at = :read_at, rights_asked_at = :asked_at WHERE id = :id;

-- name: keep_rights(rights, at, id, api_key)!
UPDATE accounts SET rights = :rights, rights_read_at = :at, rights_asked_at = :at
WHERE id = :id AND api_key = :api_key AND removed_at IS NULL;

-- name: rights_not_told(at, id)!
UPDATE accounts SET rights_asked_at = :at WHERE id = :id;

-- name: due_rights(markets, resting, before, most)
SELECT id, user_id, market, egress FROM accounts
WHERE market IN (SELECT value FROM json_each(:markets)) AND rights_asked_at <= :before
  AND market || ' ' || COALESCE(egress, '') NOT IN (SELECT value FROM json_each(:resting))
  AND removed_at IS NULL AND lock_reason IS NULL
ORDER BY rights_asked_at LIMIT :most;

-- name: lock_account(reason, for_keys, at, id, user_id)!
UPDATE accounts SET lock_reason = :reason, locked_for_keys = :for_keys, updated_at = :at
WHERE id = :id AND user_id = :user_id AND removed_at IS NULL;

-- name: unlock_account(at, id, user_id)!
UPDATE accounts SET lock_reason = NULL, locked_for_keys = FALSE, rights_asked_at = 0, updated_at = :at
WHERE id = :id AND user_id = :user_id AND removed_at IS NULL AND lock_reason IS NOT NULL
  AND secret IS NOT NULL;

-- name: unlock_for_new_keys(id)!
UPDATE accounts SET lock_reason = NULL, locked_for_keys = FALSE WHERE id = :id AND locked_for_keys;
