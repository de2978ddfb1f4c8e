-- People of this installation, and what belongs to the installation itself.

-- name: add_user(name, data_key, created_at)^
INSERT INTO users (name, data_key, created_at) VALUES (:name, :data_key, :created_at) RETURNING id;

-- name: user_by_id(id)^
SELECT id, name, data_key, created_at, mode, display_currency, stablecoins, dust_usd,
       password_hash IS NOT NULL AS has_password FROM users WHERE id = :id;

-- name: user_by_name(name)^
SELECT id, name, data_key, created_at, mode, display_currency, stablecoins, dust_usd,
       password_hash IS NOT NULL AS has_password FROM users WHERE name = :name;

-- name: first_user()^
SELECT id, name, data_key, created_at, mode, display_currency, stablecoins, dust_usd,
       password_hash IS NOT NULL AS has_password FROM users ORDER BY id LIMIT 1;

-- name: all_users()
SELECT id, name, data_key, created_at, mode, display_currency, stablecoins, dust_usd,
       password_hash IS NOT NULL AS has_password FROM users ORDER BY id;

-- name: password_hash(id)^
SELECT password_hash FROM users WHERE id = :id;

-- name: set_password(password_hash, id)!
UPDATE users SET password_hash = :password_hash WHERE id = :id;

-- name: set_mode(mode, id)!
UPDATE users SET mode = :mode WHERE id = :id;

-- name: set_preferences(display_currency, stablecoins, dust_usd, id)!
UPDATE users SET display_currency = :display_currency, stablecoins = :stablecoins, dust_usd = :dust_usd
WHERE id = :id;

-- name: data_key(id)^
SELECT data_key FROM users WHERE id = :id;

-- name: set_data_key(data_key, id)!
UPDATE users SET data_key = :data_key WHERE id = :id;

-- name: note_of_installation(name)^
SELECT value FROM installation WHERE name = :name;

-- name: keep_note_of_installation(name, value)!
INSERT INTO installation (name, value) VALUES (:name, :value) ON CONFLICT (name) DO NOTHING;

-- name: change_note_of_installation(name, value)!
UPDATE installation SET value = :value WHERE name = :name;
