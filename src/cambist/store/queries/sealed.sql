-- What is sealed, with the data key that it is sealed under: each table here is one of store/rotation.py's.

-- name: sealed_accounts()
SELECT accounts.id, user_id, secret, passphrase, data_key FROM accounts JOIN users ON users.id = user_id
WHERE secret IS NOT NULL OR passphrase IS NOT NULL;

-- name: reseal_account(secret, passphrase, id)!
UPDATE accounts SET secret = :secret, passphrase = :passphrase WHERE id = :id;

-- name: sealed_api_keys()
SELECT api_keys.id, user_id, api_key, secret, data_key FROM api_keys JOIN users ON users.id = user_id
WHERE secret IS NOT NULL;

-- name: reseal_api_key(secret, id)!
UPDATE api_keys SET secret = :secret WHERE id = :id;

-- name: sealed_webhooks()
SELECT webhooks.id, user_id, secret, old_secret, data_key FROM webhooks JOIN users ON users.id = user_id;

-- name: reseal_webhook(secret, old_secret, id)!
UPDATE webhooks SET secret = :secret, old_secret = :old_secret WHERE id = :id;
