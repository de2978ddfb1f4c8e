-- The roll-up of histories: what has come of age is thinned.

-- name: accounts_to_roll_up(young, before)
SELECT accounts.id FROM accounts LEFT JOIN roll_ups ON roll_ups.account_id = accounts.id
WHERE CASE WHEN roll_ups.until IS NULL THEN accounts.created_at <= :young ELSE roll_ups.until <= :before END
ORDER BY roll_ups.until, accounts.id;

-- name: roll_up_of(account_id)^
SELECT (SELECT until FROM roll_ups WHERE account_id = :account_id) AS until,
       (SELECT at FROM snapshots WHERE account_id = :account_id AND kind <> 'imported'
        ORDER BY at LIMIT 1) AS first,
       (SELECT at FROM snapshots WHERE account_id = :account_id AND counts_as_start AND kind <> 'partial'
        AND mark IS NULL ORDER BY at LIMIT 1) AS start;

-- name: aging_snapshots(account_id, since, until)
SELECT at, kind, usd, btc, is_break, mark, after_ms, holdings FROM snapshots
WHERE account_id = :account_id AND at >= :since AND at < :until ORDER BY at;

-- name: holdings_before(account_id, at)^
SELECT holdings FROM snapshots
WHERE account_id = :account_id AND holdings IS NOT NULL AND at < :at ORDER BY at DESC LIMIT 1;

-- name: aging_receipts(account_id, since, until)
SELECT load_id, at, document, is_digest FROM receipts
WHERE account_id = :account_id AND at >= :since AND at < :until
  AND load_id <> (SELECT load_id FROM accounts WHERE id = :account_id)
ORDER BY at;

-- name: drop_snapshot(account_id, at)!
DELETE FROM snapshots WHERE account_id = :account_id AND at = :at AND mark IS NULL;

-- name: drop_holdings(account_id, at)!
-- Written anew at the table's end: a row that shrinks where it stands leaves its page as empty as that.
INSERT OR REPLACE INTO snapshots
    (account_id, at, kind, usd, btc, rate, btc_usd, counts_as_start, is_break, after_ms, mark)
SELECT account_id, at, kind, usd, btc, rate, btc_usd, counts_as_start, is_break, after_ms, mark FROM snapshots
WHERE account_id = :account_id AND at = :at AND mark IS NULL;

-- name: drop_receipt(load_id)!
DELETE FROM receipts WHERE load_id = :load_id;

-- name: keep_digest(load_id, digest)!
INSERT OR REPLACE INTO receipts (load_id, account_id, at, document, is_digest)
SELECT load_id, account_id, at, :digest, TRUE FROM receipts WHERE load_id = :load_id AND NOT is_digest;

-- name: drop_attempts(account_id, before, failed_before, most)!
DELETE FROM attempts WHERE load_id IN (
    SELECT attempts.load_id FROM attempts
    WHERE attempts.account_id = :account_id AND attempts.started_at < :before
      AND attempts.ended_at IS NOT NULL
      AND (attempts.failure IS NULL OR attempts.started_at < :failed_before)
      AND NOT EXISTS (SELECT 1 FROM answers WHERE answers.load_id = attempts.load_id)
    LIMIT :most);

-- name: roll_up_done(account_id, until)!
INSERT INTO roll_ups (account_id, until) VALUES (:account_id, :until)
ON CONFLICT (account_id) DO UPDATE SET until = excluded.until;
