-- Events: each person's ids grow in the order of commits, so that an id is a place to go on from.

-- name: add_event(user_id, account_id, at, kind, document)!
INSERT INTO events (user_id, id, account_id, at, kind, document)
VALUES (:user_id, (SELECT COALESCE(MAX(id), 0) + 1 FROM events WHERE user_id = :user_id),
        :account_id, :at, :kind, :document);

-- name: account_as_it_was(id)^
SELECT id, user_id, key_state, complete, figures,
       EXISTS (SELECT 1 FROM thresholds WHERE thresholds.user_id = accounts.user_id) AS is_watched
FROM accounts WHERE id = :id AND removed_at IS NULL;

-- name: control_as_it_was(account_id)^
SELECT accounts.user_id, COALESCE(controls.told_off, FALSE) AS told_off
FROM accounts LEFT JOIN controls ON controls.account_id = accounts.id
WHERE accounts.id = :account_id AND accounts.removed_at IS NULL;

-- name: newest_event(user_id)^
SELECT COALESCE(MAX(id), 0) AS id FROM events WHERE user_id = :user_id;

-- name: events_gone(user_id)^
SELECT events_gone, others_gone FROM users WHERE id = :user_id;

-- name: events_after(user_id, after, until, kinds, account_id, most)
SELECT * FROM events
WHERE user_id = :user_id AND id > :after AND id <= :until
  AND (:kinds IS NULL OR kind IN (SELECT value FROM json_each(:kinds)))
  AND (:account_id IS NULL OR account_id = :account_id)
ORDER BY id LIMIT :most;

-- name: first_young_event(user_id, before)^
SELECT id FROM events WHERE user_id = :user_id AND at >= :before ORDER BY id LIMIT 1;

-- name: last_event_too_many(user_id, is_load, most)^
SELECT id FROM events WHERE user_id = :user_id AND (kind = 'account.loaded') = :is_load
ORDER BY id DESC LIMIT 1 OFFSET :most;

-- name: drop_events(user_id, is_load, until, most)!
DELETE FROM events WHERE user_id = :user_id AND id IN (
    SELECT id FROM events
    WHERE user_id = :user_id AND id <= :until AND (:is_load IS NULL OR (kind = 'account.loaded') = :is_load)
    ORDER BY id LIMIT :most);

-- name: note_events_gone(user_id, is_load, until)!
UPDATE users
SET events_gone = MAX(events_gone, :until),
    others_gone = CASE WHEN :is_load THEN others_gone ELSE MAX(others_gone, :until) END
WHERE id = :user_id;
