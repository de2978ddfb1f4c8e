-- Sessions of people in browsers, by the SHA-256 of their tokens; sign-ins that failed; the first run.

-- name: add_session(user_id, token, at, address, agent, password_hash)^
INSERT INTO sessions (user_id, token, created_at, seen_at, address, agent)
SELECT id, :token, :at, :at, :address, :agent FROM users
WHERE id = :user_id AND password_hash = :password_hash
RETURNING id;

-- name: session_by_token(token)^
SELECT * FROM sessions WHERE token = :token;

-- name: sessions_of_user(user_id, created_after, seen_after)
SELECT * FROM sessions
WHERE user_id = :user_id AND created_at > :created_after AND seen_at > :seen_after
ORDER BY seen_at DESC, id DESC;

-- name: forget_sessions(created_after, seen_after)!
DELETE FROM sessions WHERE created_at <= :created_after OR seen_at <= :seen_after;

-- name: sessions_over(user_id, most)
SELECT id FROM sessions WHERE user_id = :user_id ORDER BY id DESC LIMIT -1 OFFSET :most;

-- name: session_seen(at, id, seen_before)!
UPDATE sessions SET seen_at = :at WHERE id = :id AND seen_at <= :seen_before;

-- name: end_session(id, user_id)!
DELETE FROM sessions WHERE id = :id AND user_id = :user_id;

-- name: sign_in_failures(subject)^
SELECT failures, until FROM sign_in_failures WHERE subject = :subject;

-- name: keep_sign_in_failures(subject, failures, at, until)!
INSERT INTO sign_in_failures (subject, failures, at, until) VALUES (:subject, :failures, :at, :until)
ON CONFLICT (subject) DO UPDATE SET failures = excluded.failures, at = excluded.at, until = excluded.until;

-- name: forget_sign_in_failures(subject)!
DELETE FROM sign_in_failures WHERE subject = :subject;

-- name: forget_old_sign_in_failures(before)!
DELETE FROM sign_in_failures WHERE at <= :before;

-- name: offer_first_run(value)!
INSERT INTO installation (name, value)
SELECT 'first_run', :value WHERE (SELECT password_hash FROM users ORDER BY id LIMIT 1) IS NULL
ON CONFLICT (name) DO UPDATE SET value = excluded.value;

-- name: use_first_run(value)!
DELETE FROM installation WHERE name = 'first_run' AND value = :value;

-- name: name_user(name, id)!
UPDATE users SET name = :name WHERE id = :id;
