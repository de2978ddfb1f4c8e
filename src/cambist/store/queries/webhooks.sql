-- Webhooks and what is on its way to them. A try is claimed by putting its next one off, in one transaction.

-- name: add_webhook(user_id, url, kinds, at)^
INSERT INTO webhooks (user_id, url, kinds, secret, sent_until, created_at)
VALUES (:user_id, :url, :kinds, x'', (SELECT COALESCE(MAX(id), 0) FROM events WHERE user_id = :user_id), :at)
RETURNING id;

-- name: set_webhook_secrets(secret, old_secret, old_until, id)!
UPDATE webhooks SET secret = :secret, old_secret = :old_secret, old_until = :old_until WHERE id = :id;

-- name: webhooks_of_user(user_id)
SELECT webhooks.*, users.data_key FROM webhooks JOIN users ON users.id = webhooks.user_id
WHERE user_id = :user_id ORDER BY webhooks.id;

-- name: webhook(id, user_id)^
SELECT webhooks.*, users.data_key FROM webhooks JOIN users ON users.id = webhooks.user_id
WHERE webhooks.id = :id AND user_id = :user_id;

-- name: remove_webhook(id, user_id)!
DELETE FROM webhooks WHERE id = :id AND user_id = :user_id;

-- name: enable_webhook(id, user_id)!
UPDATE webhooks SET disabled_at = NULL, disabled_why = NULL, failing_since = NULL,
                    sent_until = (SELECT COALESCE(MAX(events.id), 0) FROM events
                                  WHERE events.user_id = webhooks.user_id)
WHERE id = :id AND user_id = :user_id AND disabled_at IS NOT NULL;

-- name: disable_webhook(id, at, why)!
UPDATE webhooks SET disabled_at = :at, disabled_why = :why WHERE id = :id AND disabled_at IS NULL;

-- name: disable_webhooks(user_id, at, why)!
UPDATE webhooks SET disabled_at = :at, disabled_why = :why
WHERE disabled_at IS NULL AND (:user_id IS NULL OR user_id = :user_id);

-- name: drop_deliveries(webhook_id)!
DELETE FROM deliveries WHERE webhook_id = :webhook_id;

-- name: something_to_send(at)^
SELECT EXISTS (
    SELECT 1 FROM webhooks WHERE disabled_at IS NULL AND (
        EXISTS (SELECT 1 FROM events WHERE events.user_id = webhooks.user_id AND events.id > sent_until)
        OR EXISTS (SELECT 1 FROM deliveries WHERE webhook_id = webhooks.id AND due_at <= :at))) AS is_there;

-- name: webhooks_behind(most)
SELECT webhooks.id, MIN(MAX(events.id), sent_until + :most) AS until
FROM webhooks JOIN events ON events.user_id = webhooks.user_id AND events.id > sent_until
WHERE disabled_at IS NULL GROUP BY webhooks.id;

-- name: send_new_events(at, id, until)!
INSERT OR IGNORE INTO deliveries (webhook_id, event_id, user_id, tried, due_at)
SELECT webhooks.id, events.id, webhooks.user_id, 0, :at
FROM webhooks JOIN events ON events.user_id = webhooks.user_id
WHERE webhooks.id = :id AND events.id > webhooks.sent_until AND events.id <= :until
  AND (webhooks.kinds = '' OR ' ' || webhooks.kinds || ' ' LIKE '% ' || events.kind || ' %');

-- name: note_sent_until(until, id)!
UPDATE webhooks SET sent_until = :until WHERE id = :id;

-- name: webhooks_due(at)
SELECT webhooks.*, users.data_key,
       (SELECT COUNT(*) FROM deliveries WHERE webhook_id = webhooks.id AND due_at <= :at) AS due
FROM webhooks JOIN users ON users.id = webhooks.user_id
WHERE disabled_at IS NULL
  AND EXISTS (SELECT 1 FROM deliveries WHERE webhook_id = webhooks.id AND due_at <= :at)
ORDER BY webhooks.id;

-- name: deliveries_due(webhook_id, at, most)
SELECT events.*, deliveries.tried FROM deliveries
JOIN events ON events.user_id = deliveries.user_id AND events.id = deliveries.event_id
WHERE webhook_id = :webhook_id AND due_at <= :at ORDER BY due_at, events.id LIMIT :most;

-- name: claim_delivery(webhook_id, event_id, until)!
UPDATE deliveries SET tried = tried + 1, due_at = :until
WHERE webhook_id = :webhook_id AND event_id = :event_id;

-- name: end_delivery(webhook_id, event_id, tried)!
DELETE FROM deliveries WHERE webhook_id = :webhook_id AND event_id = :event_id AND tried = :tried;

-- name: put_delivery_off(webhook_id, event_id, tried, due_at, failure)!
UPDATE deliveries SET due_at = :due_at, failure = :failure
WHERE webhook_id = :webhook_id AND event_id = :event_id AND tried = :tried;

-- name: webhook_works(id)!
UPDATE webhooks SET failing_since = NULL WHERE id = :id AND failing_since IS NOT NULL;

-- name: webhook_fails(id, at)!
UPDATE webhooks SET failing_since = COALESCE(failing_since, :at) WHERE id = :id;

-- name: deliveries_waiting(user_id)
SELECT webhook_id, COUNT(*) AS waiting FROM deliveries WHERE user_id = :user_id GROUP BY webhook_id;
