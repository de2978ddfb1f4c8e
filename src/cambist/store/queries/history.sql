-- Snapshots: own ones of complete loads, marked ones of partial loads, imported points.

-- name: keep_snapshot(account_id, at, kind, usd, btc, rate, btc_usd, currency, counts_as_start, holdings)!
INSERT INTO snapshots (account_id, at, kind, usd, btc, rate, btc_usd, currency, counts_as_start, holdings, after_ms)
VALUES (:account_id, :at, :kind, :usd, :btc, :rate, :btc_usd, :currency, :counts_as_start, :holdings,
        CASE WHEN :kind <> 'imported'
        THEN :at - (SELECT MAX(at) FROM snapshots WHERE account_id = :account_id AND at < :at) END)
ON CONFLICT (account_id, at) DO UPDATE
SET kind = excluded.kind, usd = excluded.usd, btc = excluded.btc, rate = excluded.rate,
    btc_usd = excluded.btc_usd, currency = excluded.currency, counts_as_start = excluded.counts_as_start,
    holdings = excluded.holdings, after_ms = excluded.after_ms;

-- name: mark_break(account_id, at)!
UPDATE snapshots SET is_break = TRUE WHERE account_id = :account_id AND at = :at;

-- name: baselines(account_id, day, month)
SELECT 'day_before' AS place, * FROM (
    SELECT at, usd, btc, rate, btc_usd, currency FROM snapshots
    WHERE account_id = :account_id AND at <= :day AND kind <> 'partial' AND mark IS NULL ORDER BY at DESC LIMIT 1)
UNION ALL SELECT 'day_after', * FROM (
    SELECT at, usd, btc, rate, btc_usd, currency FROM snapshots
    WHERE account_id = :account_id AND at >= :day AND kind <> 'partial' AND mark IS NULL ORDER BY at LIMIT 1)
UNION ALL SELECT 'month_before', * FROM (
    SELECT at, usd, btc, rate, btc_usd, currency FROM snapshots
    WHERE account_id = :account_id AND at <= :month AND kind <> 'partial' AND mark IS NULL ORDER BY at DESC LIMIT 1)
UNION ALL SELECT 'month_after', * FROM (
    SELECT at, usd, btc, rate, btc_usd, currency FROM snapshots
    WHERE account_id = :account_id AND at >= :month AND kind <> 'partial' AND mark IS NULL ORDER BY at LIMIT 1)
UNION ALL SELECT 'first', * FROM (
    SELECT at, usd, btc, rate, btc_usd, currency FROM snapshots
    WHERE account_id = :account_id AND counts_as_start AND kind <> 'partial' AND mark IS NULL ORDER BY at LIMIT 1)
UNION ALL SELECT 'last', * FROM (
    SELECT at, NULL, NULL, NULL, NULL, NULL FROM snapshots
    WHERE account_id = :account_id AND kind = 'own' AND holdings IS NOT NULL ORDER BY at DESC LIMIT 1)
UNION ALL SELECT 'flows', latest, version, changes_from IS NOT NULL, NULL, NULL, NULL FROM flow_standing
WHERE account_id = :account_id;

-- name: last_own(account_id, at)^
SELECT at, btc_usd, rate, currency, holdings, (SELECT document FROM receipts WHERE receipts.account_id = snapshots.account_id
                                     AND receipts.at = snapshots.at AND NOT is_digest) AS receipt
FROM snapshots
WHERE account_id = :account_id AND at <= :at AND kind = 'own' AND holdings IS NOT NULL ORDER BY at DESC LIMIT 1;

-- name: first_own_snapshot(account_id)^
SELECT at FROM snapshots WHERE account_id = :account_id AND kind = 'own' ORDER BY at LIMIT 1;

-- name: snapshots_of_account(account_id)
SELECT at, usd, btc, rate, btc_usd, currency FROM snapshots
WHERE account_id = :account_id AND kind <> 'partial' AND mark IS NULL ORDER BY at;

-- name: last_holdings(account_id)^
SELECT at, holdings FROM snapshots
WHERE account_id = :account_id AND holdings IS NOT NULL ORDER BY at DESC LIMIT 1;

-- name: last_holdings_before(account_id, at)^
SELECT at FROM snapshots
WHERE account_id = :account_id AND holdings IS NOT NULL AND at <= :at ORDER BY at DESC LIMIT 1;

-- name: holdings_from(account_id, since, until, most)
SELECT at, btc_usd, holdings FROM snapshots
WHERE account_id = :account_id AND btc_usd IS NOT NULL AND at >= :since
  AND at <= COALESCE((SELECT at FROM snapshots WHERE account_id = :account_id AND btc_usd IS NOT NULL
                      AND at >= :until ORDER BY at LIMIT 1), at)
ORDER BY at LIMIT :most;

-- name: kept_load(load_id, user_id)^
SELECT accounts.*, receipts.at, receipts.document, receipts.is_digest,
       snapshots.kind, snapshots.usd, snapshots.btc, snapshots.rate, snapshots.btc_usd, snapshots.currency,
       snapshots.holdings
FROM receipts JOIN accounts ON accounts.id = receipts.account_id
LEFT JOIN snapshots ON snapshots.account_id = receipts.account_id AND snapshots.at = receipts.at
WHERE receipts.load_id = :load_id AND accounts.user_id = :user_id AND accounts.removed_at IS NULL;

-- name: worths(account_id, since, until, most)^
SELECT COUNT(*), COALESCE(group_concat(at), ''), COALESCE(group_concat(usd), ''), COALESCE(group_concat(btc), '')
FROM (SELECT at, usd, btc FROM snapshots
      WHERE account_id = :account_id AND at BETWEEN :since AND :until AND mark IS NULL ORDER BY at LIMIT :most);

-- name: worth_before(account_id, since)^
SELECT 1, CAST(at AS TEXT), usd, btc FROM snapshots
WHERE account_id = :account_id AND at < :since AND mark IS NULL ORDER BY at DESC LIMIT 1;

-- name: worth_after(account_id, until)^
SELECT 1, CAST(at AS TEXT), usd, btc FROM snapshots
WHERE account_id = :account_id AND at > :until AND mark IS NULL ORDER BY at LIMIT 1;

-- name: dated_snapshots(account_id, since, until, every, most)
SELECT snapshots.at, usd, btc, rate, btc_usd, currency, kind, is_break, mark, spans.unmeasured_ms
FROM (SELECT MAX(at) AS at, MAX(after_ms) AS unmeasured_ms FROM snapshots
      WHERE account_id = :account_id AND at BETWEEN :since / :every * :every AND :until
      GROUP BY at / :every HAVING MAX(at) >= :since ORDER BY 1 LIMIT :most) AS spans
JOIN snapshots ON snapshots.account_id = :account_id AND snapshots.at = spans.at
ORDER BY snapshots.at;

-- name: snapshot_at(account_id, at)^
SELECT at, usd, btc, rate, btc_usd, currency, kind, is_break, mark, after_ms AS unmeasured_ms FROM snapshots
WHERE account_id = :account_id AND at = :at;

-- name: mark_snapshot(account_id, at, mark)!
UPDATE snapshots SET mark = :mark WHERE account_id = :account_id AND at = :at;

-- name: good_before(account_id, at)^
SELECT at, usd, btc, rate, btc_usd, currency FROM snapshots
WHERE account_id = :account_id AND at <= :at AND kind <> 'partial' AND mark IS NULL ORDER BY at DESC LIMIT 1;

-- name: good_after(account_id, at)^
SELECT at, usd, btc, rate, btc_usd, currency FROM snapshots
WHERE account_id = :account_id AND at >= :at AND kind <> 'partial' AND mark IS NULL ORDER BY at LIMIT 1;

-- name: measured_between(account_id, since, until)^
SELECT MAX(after_ms) AS unmeasured_ms, COALESCE(MAX(kind = 'partial'), FALSE) AS partial,
       COALESCE(MAX(kind = 'imported'), FALSE) AS imported
FROM snapshots WHERE account_id = :account_id AND at > :since AND at <= :until;

-- name: first_good(account_id)^
SELECT at FROM snapshots
WHERE account_id = :account_id AND kind <> 'partial' AND mark IS NULL ORDER BY at LIMIT 1;

-- name: load_near(account_id, at, since, until)^
SELECT accounts.*, receipts.load_id AS receipt_id, receipts.at, receipts.document, receipts.is_digest,
       snapshots.kind, snapshots.usd, snapshots.btc, snapshots.rate, snapshots.btc_usd, snapshots.currency,
       snapshots.holdings
FROM receipts JOIN accounts ON accounts.id = receipts.account_id
JOIN snapshots ON snapshots.account_id = receipts.account_id AND snapshots.at = receipts.at
WHERE receipts.account_id = :account_id AND receipts.at = (
    SELECT receipts.at FROM receipts JOIN snapshots USING (account_id, at)
    WHERE account_id = :account_id AND receipts.at BETWEEN :since AND :until AND kind <> 'imported'
      AND NOT receipts.is_digest
    ORDER BY abs(receipts.at - :at) LIMIT 1)
LIMIT 1;

-- name: worths_at(accounts, times)
SELECT accounts.value, snapshots.at, usd, btc
FROM json_each(:accounts) AS accounts CROSS JOIN json_each(:times) AS times
CROSS JOIN snapshots ON snapshots.account_id = accounts.value AND snapshots.at = (
    SELECT MAX(at) FROM snapshots WHERE account_id = accounts.value AND at <= times.value)
WHERE mark IS NULL;

-- name: first_snapshot_of(accounts)^
SELECT MIN((SELECT MIN(at) FROM snapshots WHERE account_id = accounts.value)) FROM json_each(:accounts) AS accounts;
