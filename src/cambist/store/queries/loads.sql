-- Attempts: one row is a load's turn, its record, and the audit of the use of the account's keys.

-- name: turn_credentials(id, user_id)^
SELECT accounts.id, accounts.user_id, market, api_key, secret, passphrase, customer_id, egress, worked_from, coverage,
       key_state, complete, figures, lock_reason, fresh_until,
       data_key, display_currency, stablecoins, dust_usd, attempts.load_id AS running, lease_until,
       EXISTS (SELECT 1 FROM thresholds WHERE thresholds.user_id = accounts.user_id) AS is_watched
FROM accounts JOIN users ON users.id = accounts.user_id
LEFT JOIN attempts ON attempts.account_id = accounts.id AND attempts.ended_at IS NULL
WHERE accounts.id = :id AND accounts.user_id = :user_id AND accounts.removed_at IS NULL;

-- name: running_attempt(account_id)^
SELECT load_id, lease_until FROM attempts WHERE account_id = :account_id AND ended_at IS NULL;

-- name: begin_attempt(load_id, user_id, account_id, cause, at, lease_until)!
INSERT INTO attempts (load_id, user_id, account_id, cause, started_at, lease_until)
VALUES (:load_id, :user_id, :account_id, :cause, :at, :lease_until);

-- name: extend_attempt(until, load_id)!
UPDATE attempts SET lease_until = :until WHERE load_id = :load_id AND ended_at IS NULL;

-- name: end_attempt(at, failure, load_id)!
UPDATE attempts SET ended_at = :at, failure = :failure WHERE load_id = :load_id AND ended_at IS NULL;

-- name: attempt(load_id)^
SELECT account_id, ended_at, failure FROM attempts WHERE load_id = :load_id;

-- name: record_attempt(load_id, user_id, account_id, cause, at, failure)!
INSERT INTO attempts (load_id, user_id, account_id, cause, started_at, lease_until, ended_at, failure)
VALUES (:load_id, :user_id, :account_id, :cause, :at, :at, :at, :failure);

-- name: note_failed_use(at, failure, load_id)!
UPDATE attempts SET ended_at = :at, failure = :failure WHERE load_id = :load_id;

-- name: add_receipt(load_id, account_id, at, document)!
INSERT INTO receipts (load_id, account_id, at, document) VALUES (:load_id, :account_id, :at, :document);

-- name: due_accounts(before, keys_before, late_by, resting, most)
SELECT id, user_id, market, egress, attempted_at FROM accounts
WHERE removed_at IS NULL AND lock_reason IS NULL AND key_state = 'ok'
  AND attempted_at <= :before AND attempted_at + id * 7919 % 1000 * :late_by / 1000 <= :before
  AND market || ' ' || COALESCE(egress, '') NOT IN (SELECT value FROM json_each(:resting))
UNION ALL
SELECT id, user_id, market, egress, attempted_at FROM accounts
WHERE removed_at IS NULL AND lock_reason IS NULL AND key_state <> 'ok' AND attempted_at <= :keys_before
  AND market || ' ' || COALESCE(egress, '') NOT IN (SELECT value FROM json_each(:resting))
ORDER BY attempted_at LIMIT :most;

-- name: attempts_of_account(account_id, most)
SELECT attempts.*, snapshots.kind, receipts.is_digest
FROM attempts
LEFT JOIN receipts ON receipts.load_id = attempts.load_id
LEFT JOIN snapshots ON snapshots.account_id = receipts.account_id AND snapshots.at = receipts.at
WHERE attempts.account_id = :account_id ORDER BY attempts.started_at DESC LIMIT :most;

-- name: failing_accounts(user_id)
-- Attempts without a lease are tries of keys, of which only those count that brought the account's balances,
-- and what is asked beside loads.
SELECT accounts.id, last.failure, (
    SELECT MIN(ended_at) FROM attempts
    WHERE account_id = accounts.id AND started_at >= accounts.loaded_at AND lease_until > started_at
      AND failure IS NOT NULL) AS since
FROM accounts JOIN attempts AS last ON last.load_id = (
    SELECT load_id FROM attempts
    WHERE account_id = accounts.id AND started_at >= accounts.loaded_at AND ended_at IS NOT NULL
      AND (lease_until > started_at OR load_id = accounts.load_id)
    ORDER BY started_at DESC, rowid DESC LIMIT 1)
WHERE accounts.user_id = :user_id AND accounts.removed_at IS NULL AND last.failure IS NOT NULL;
