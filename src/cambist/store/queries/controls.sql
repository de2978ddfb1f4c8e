-- Controls: what exchanges said of accounts' totals. When one was last asked is with the account, for the planner.

-- name: due_controls(markets, resting, before, most)
SELECT id, user_id, market, egress FROM accounts
WHERE market IN (SELECT value FROM json_each(:markets)) AND control_asked_at <= :before
  AND market || ' ' || COALESCE(egress, '') NOT IN (SELECT value FROM json_each(:resting))
  AND removed_at IS NULL AND lock_reason IS NULL AND key_state = 'ok'
ORDER BY control_asked_at LIMIT :most;

-- name: claim_control(at, id, user_id, before)!
UPDATE accounts SET control_asked_at = :at
WHERE id = :id AND user_id = :user_id AND removed_at IS NULL AND control_asked_at <= :before;

-- name: keep_control(account_id, document, told_off)!
INSERT INTO controls (account_id, document, told_off) VALUES (:account_id, :document, :told_off)
ON CONFLICT (account_id) DO UPDATE SET document = excluded.document, told_off = excluded.told_off;

-- name: last_control(account_id, user_id)^
SELECT document FROM controls JOIN accounts ON accounts.id = controls.account_id
WHERE controls.account_id = :account_id AND accounts.user_id = :user_id AND accounts.removed_at IS NULL;
