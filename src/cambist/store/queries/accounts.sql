-- Exchange accounts. A removed one keeps its row and history, without keys, and is not found.

-- name: add_account(user_id, market, name, api_key, uid, egress, worked_from, coverage, figures, load_id, complete, gaps, flows, at, fresh_until)^
INSERT INTO accounts (user_id, market, name, api_key, uid, egress, worked_from, coverage, key_state, include_in_summary,
                      figures, load_id, complete, gaps, flows, loaded_at, attempted_at, fresh_until, created_at,
                      updated_at)
VALUES (:user_id, :market, :name, :api_key, :uid, :egress, :worked_from, :coverage, 'ok', TRUE,
        :figures, :load_id, :complete, :gaps, :flows, :at, :at, :fresh_until, :at, :at)
RETURNING id;

-- name: set_credentials(secret, passphrase, customer_id, id)!
UPDATE accounts SET secret = :secret, passphrase = :passphrase, customer_id = :customer_id WHERE id = :id;

-- name: account(id, user_id)^
SELECT * FROM accounts WHERE id = :id AND user_id = :user_id AND removed_at IS NULL;

-- name: accounts_of_user(user_id, api_key, limit, offset)
SELECT * FROM accounts
WHERE user_id = :user_id AND removed_at IS NULL AND (:api_key IS NULL OR api_key = :api_key)
ORDER BY id LIMIT :limit OFFSET :offset;

-- name: coverages(user_id, markets, api_key, uid, beside)
SELECT coverage FROM accounts
WHERE user_id = :user_id AND removed_at IS NULL AND (api_key = :api_key OR uid = :uid)
  AND market IN (SELECT value FROM json_each(:markets)) AND id IS NOT :beside;

-- name: accounts_of_exchange_account(user_id, markets, api_key, uid)
SELECT * FROM accounts
WHERE (api_key = :api_key OR uid = :uid) AND user_id = :user_id AND removed_at IS NULL
  AND market IN (SELECT value FROM json_each(:markets))
ORDER BY id;

-- name: egresses_in_use(user_id, markets, api_key)
SELECT egress, COUNT(*) AS accounts, MAX(user_id = :user_id AND api_key = :api_key) AS has_keys FROM accounts
WHERE removed_at IS NULL AND market IN (SELECT value FROM json_each(:markets)) GROUP BY egress;

-- name: rename_account(name, at, id, user_id)!
UPDATE accounts SET name = :name, updated_at = :at
WHERE id = :id AND user_id = :user_id AND removed_at IS NULL;

-- name: accounts_in_summary(user_id, most)
SELECT * FROM accounts
WHERE user_id = :user_id AND removed_at IS NULL AND include_in_summary ORDER BY id LIMIT :most;

-- name: markets_connected(user_id, api_key)
SELECT DISTINCT market FROM accounts
WHERE user_id = :user_id AND removed_at IS NULL AND (:api_key IS NULL OR api_key = :api_key);

-- name: change_account(name, include_in_summary, at, id)!
UPDATE accounts
SET name = COALESCE(:name, name), include_in_summary = COALESCE(:include_in_summary, include_in_summary),
    updated_at = :at
WHERE id = :id;

-- name: replace_keys(api_key, uid, secret, passphrase, customer_id, id)!
UPDATE accounts SET api_key = :api_key, uid = :uid, secret = :secret, passphrase = :passphrase,
                    customer_id = :customer_id
WHERE id = :id;

-- name: set_coverage(coverage, id)!
UPDATE accounts SET coverage = :coverage WHERE id = :id;

-- name: remove_account(at, id, user_id)!
UPDATE accounts SET secret = NULL, passphrase = NULL, removed_at = :at, updated_at = :at
WHERE id = :id AND user_id = :user_id AND removed_at IS NULL;

-- name: set_loaded(figures, load_id, complete, gaps, flows, egress, worked_from, at, fresh_until, id)^
UPDATE accounts SET figures = :figures, load_id = :load_id, complete = :complete, gaps = :gaps, flows = :flows, loaded_at = :at,
                    attempted_at = :at, fresh_until = :fresh_until, key_state = 'ok', updated_at = :at,
                    egress = :egress, worked_from = :worked_from
WHERE id = :id AND removed_at IS NULL
RETURNING *, (SELECT latest FROM flow_standing WHERE account_id = :id) AS latest_entry;

-- name: set_failed(key_state, at, id)!
UPDATE accounts
SET updated_at = CASE WHEN COALESCE(:key_state, key_state) <> key_state THEN :at ELSE updated_at END,
    key_state = COALESCE(:key_state, key_state), attempted_at = :at, fresh_until = 0
WHERE id = :id;

-- name: end_fresh_second(id)!
UPDATE accounts SET fresh_until = 0 WHERE id = :id;

-- name: end_fresh_seconds(user_id)!
UPDATE accounts SET fresh_until = 0 WHERE user_id = :user_id;
