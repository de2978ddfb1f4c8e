-- Flows: entries of ledgers, what loads found changed, how far each source has told, how an account stands.

-- name: flow_standing(account_id)^
SELECT version, next_at, lease_until, changes_from, latest, MAX(known_from, changes_from) AS known_from
FROM flow_standing WHERE account_id = :account_id;

-- name: flow_sources_of(account_id)
SELECT source, cursor, known_from, until, failure, failed_at FROM flow_sources
WHERE account_id = :account_id ORDER BY source;

-- name: due_flows(now, resting, most)
SELECT accounts.id, user_id, market, egress FROM flow_standing JOIN accounts ON accounts.id = account_id
WHERE COALESCE(next_at, lease_until) <= :now AND lease_until <= :now AND changes_from IS NOT NULL
  AND removed_at IS NULL AND lock_reason IS NULL AND key_state = 'ok'
  AND market || ' ' || COALESCE(egress, '') NOT IN (SELECT value FROM json_each(:resting))
ORDER BY COALESCE(next_at, lease_until) LIMIT :most;

-- name: claim_flows(account_id, user_id, now, until)!
-- While it is read it has no time of its next reading, unless a load asks for one meanwhile.
UPDATE flow_standing SET lease_until = :until, next_at = NULL
WHERE account_id = :account_id AND COALESCE(next_at, lease_until) <= :now AND lease_until <= :now
  AND changes_from IS NOT NULL
  AND EXISTS (SELECT 1 FROM accounts WHERE id = :account_id AND user_id = :user_id AND removed_at IS NULL);

-- name: extend_flows(account_id, until)!
UPDATE flow_standing SET lease_until = MAX(lease_until, :until)
WHERE account_id = :account_id AND lease_until > 0;

-- name: end_flows(account_id, next_at, known_from)!
UPDATE flow_standing
SET next_at = CASE WHEN lease_until = 0 OR next_at IS NULL THEN :next_at ELSE next_at END, lease_until = 0,
    version = version + (known_from IS NOT :known_from), known_from = :known_from
WHERE account_id = :account_id;

-- name: want_flows(account_id, at)!
UPDATE flow_standing SET next_at = MIN(COALESCE(next_at, :at), :at)
WHERE account_id = :account_id AND changes_from IS NOT NULL;

-- name: begin_standing(account_id)!
INSERT INTO flow_standing (account_id) VALUES (:account_id) ON CONFLICT DO NOTHING;

-- name: begin_changes(account_id, at)!
INSERT INTO flow_standing (account_id, next_at, changes_from) VALUES (:account_id, :at, :at)
ON CONFLICT (account_id) DO UPDATE SET next_at = :at, changes_from = COALESCE(changes_from, :at);

-- name: break_flows(account_id, at)!
UPDATE flow_standing
SET version = version + 1, next_at = :at, lease_until = 0, known_from = NULL, changes_from = :at
WHERE account_id = :account_id AND changes_from IS NOT NULL;

-- name: forget_flow_sources(account_id)!
DELETE FROM flow_sources WHERE account_id = :account_id;

-- name: flows_grew(account_id, is_other, latest)!
UPDATE flow_standing SET version = version + :is_other, latest = MAX(latest, :latest)
WHERE account_id = :account_id AND (:is_other OR latest < :latest);

-- name: changes_noted(account_id, versions, is_open, in_part, at)!
-- The ledger is read soon where it is known to tell; where it tells in part, flows are never known of all.
UPDATE flow_standing
SET version = version + :versions,
    next_at = CASE WHEN :is_open AND (known_from IS NOT NULL OR :in_part AND EXISTS (
                       SELECT 1 FROM flow_sources
                       WHERE flow_sources.account_id = :account_id AND source <> 'import' AND failure IS NULL))
                   THEN MIN(COALESCE(next_at, :at), :at) ELSE next_at END
WHERE account_id = :account_id;

-- name: keep_flow_source(account_id, source, cursor, known_from, until)!
INSERT INTO flow_sources (account_id, source, cursor, known_from, until)
VALUES (:account_id, :source, :cursor, :known_from, :until)
ON CONFLICT (account_id, source) DO UPDATE
SET cursor = excluded.cursor, known_from = excluded.known_from, until = excluded.until,
    failure = NULL, failed_at = NULL;

-- name: fail_flow_source(account_id, source, failure, at)!
INSERT INTO flow_sources (account_id, source, failure, failed_at) VALUES (:account_id, :source, :failure, :at)
ON CONFLICT (account_id, source) DO UPDATE SET failure = excluded.failure, failed_at = excluded.failed_at;

-- name: entry(account_id, source, id)^
SELECT * FROM entries WHERE account_id = :account_id AND source = :source AND id = :id;

-- name: keep_entry(account_id, source, id, at, kind, asset, amount, wallet, grp, tx, is_quote, btc, usd, rate, estimated, matched)!
INSERT INTO entries (account_id, source, id, at, kind, asset, amount, wallet, grp, tx, is_quote, btc, usd, rate,
                     estimated, matched)
VALUES (:account_id, :source, :id, :at, :kind, :asset, :amount, :wallet, :grp, :tx, :is_quote, :btc, :usd, :rate,
        :estimated, :matched)
ON CONFLICT (account_id, source, id) DO UPDATE
SET at = excluded.at, kind = excluded.kind, asset = excluded.asset, amount = excluded.amount,
    wallet = excluded.wallet, grp = excluded.grp, tx = excluded.tx, is_quote = excluded.is_quote,
    btc = excluded.btc, usd = excluded.usd, rate = excluded.rate, estimated = excluded.estimated,
    matched = excluded.matched;

-- name: drop_entry(account_id, source, id)!
DELETE FROM entries WHERE account_id = :account_id AND source = :source AND id = :id;

-- name: entries_of_asset(account_id, asset, since, until)
SELECT amount FROM entries
WHERE account_id = :account_id AND at > :since AND at <= :until AND asset = :asset;

-- name: entries_between(account_id, since, until)
SELECT * FROM entries WHERE account_id = :account_id AND at > :since AND at <= :until;

-- name: net_entries(account_id)
SELECT * FROM entries INDEXED BY entries_net
WHERE account_id = :account_id AND kind IN ('deposit', 'withdrawal', 'transfer', 'coverage') AND usd IS NOT NULL;

-- name: booked_entries(account_id, since, until, kinds, after_at, after_source, after_id, most)
SELECT * FROM entries
WHERE account_id = :account_id AND at >= :after_at AND at > :since AND at <= :until
  AND (at, source, id) > (:after_at, :after_source, :after_id)
  AND kind IN (SELECT value FROM json_each(:kinds))
ORDER BY at, source, id LIMIT :most;

-- name: entries_of_tx(user_id, tx)
SELECT entries.* FROM entries INDEXED BY entries_by_tx JOIN accounts ON accounts.id = entries.account_id
WHERE tx <> '' AND tx IN (SELECT value FROM json_each(:tx)) AND kind IN ('deposit', 'withdrawal', 'transfer')
  AND user_id = :user_id AND removed_at IS NULL
ORDER BY entries.account_id, source, entries.id;

-- name: change_at_or_after(account_id, asset, at)^
SELECT * FROM changes WHERE account_id = :account_id AND asset = :asset AND at >= :at ORDER BY at LIMIT 1;

-- name: stretch_around(account_id, asset, at)^
SELECT MAX(COALESCE((SELECT at FROM snapshots WHERE account_id = :account_id AND at < :at AND kind = 'own'
                     ORDER BY at DESC LIMIT 1), 0),
           COALESCE((SELECT MAX(at) FROM changes
                     WHERE account_id = :account_id AND asset = :asset AND at < :at), 0)) AS since,
       (SELECT at FROM snapshots WHERE account_id = :account_id AND at >= :at AND kind = 'own'
        ORDER BY at LIMIT 1) AS until,
       (SELECT since FROM changes WHERE account_id = :account_id AND asset = :asset AND at >= :at
        ORDER BY at LIMIT 1) AS next_since;

-- name: keep_change(account_id, asset, at, since, amount, btc, usd, rate, marked_to_market, residual)!
INSERT OR REPLACE INTO changes (account_id, asset, at, since, amount, btc, usd, rate, marked_to_market, residual)
VALUES (:account_id, :asset, :at, :since, :amount, :btc, :usd, :rate, :marked_to_market, :residual);

-- name: set_residual(account_id, asset, at, residual)!
UPDATE changes SET residual = :residual WHERE account_id = :account_id AND asset = :asset AND at = :at;

-- name: open_changes(account_id, known_from)
-- Those that count as flows: none where flows are not known.
SELECT * FROM changes
WHERE account_id = :account_id AND residual <> '0' AND since >= :known_from ORDER BY at;

-- name: changes_of(account_id, since, until, open_only)
SELECT * FROM changes
WHERE account_id = :account_id AND at > :since AND at <= :until AND (NOT :open_only OR residual <> '0')
ORDER BY at, asset;

-- name: accounts_with_untold_changes(before)
SELECT account_id, user_id, MAX(known_from, changes_from) AS whole_from
FROM flow_standing JOIN accounts ON accounts.id = account_id
WHERE known_from IS NOT NULL AND removed_at IS NULL AND EXISTS (
    SELECT 1 FROM changes INDEXED BY changes_open
    WHERE changes.account_id = flow_standing.account_id AND residual <> '0' AND NOT told AND at <= :before
      AND since >= MAX(known_from, changes_from))
ORDER BY account_id;

-- name: mark_told(account_id, asset, since, until)!
UPDATE changes SET told = TRUE
WHERE account_id = :account_id AND asset = :asset AND at > :since AND at <= :until AND residual <> '0' AND NOT told;

-- name: drop_settled_changes(account_id, before, most)!
DELETE FROM changes WHERE account_id = :account_id AND (asset, at) IN (
    SELECT asset, at FROM changes
    WHERE account_id = :account_id AND residual = '0'
      AND at < MIN(:before, (SELECT MIN(COALESCE(until, 0)) FROM flow_sources WHERE account_id = :account_id))
    LIMIT :most);

-- name: drop_unknown_changes(account_id, before, most)!
-- What changed before flows were known, which no flow comes of any more.
DELETE FROM changes WHERE account_id = :account_id AND (asset, at) IN (
    SELECT asset, at FROM changes
    WHERE account_id = :account_id AND at < :before
      AND since < COALESCE((SELECT known_from FROM flow_standing WHERE account_id = :account_id), :before)
    LIMIT :most);

-- name: move_changes_from(account_id, before)!
-- After the latest time that a change was noted in, no matter for which asset: from there on they are whole.
UPDATE flow_standing SET changes_from = MAX(changes_from, MIN(:before, COALESCE(known_from, :before)))
WHERE account_id = :account_id;

-- name: own_holdings(account_id, at)^
SELECT holdings FROM snapshots
WHERE account_id = :account_id AND at = :at AND kind = 'own' AND holdings IS NOT NULL;
