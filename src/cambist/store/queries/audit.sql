-- The audit log: rows are added and read, never changed.

-- name: last_audit_entry()^
SELECT id, link FROM audit ORDER BY id DESC LIMIT 1;

-- name: add_audit_entry(id, at, event, by, user_id, account_id, about, link)!
INSERT INTO audit (id, at, event, by, user_id, account_id, about, link)
VALUES (:id, :at, :event, :by, :user_id, :account_id, :about, :link);

-- name: whole_audit()
SELECT * FROM audit ORDER BY id;

-- name: audit_entries(user_id, account_id, since, until)
SELECT * FROM audit
WHERE (:user_id IS NULL OR user_id = :user_id) AND (:account_id IS NULL OR account_id = :account_id)
  AND (:since IS NULL OR at >= :since) AND (:until IS NULL OR at < :until)
ORDER BY id;

-- name: latest_audit(user_id, event_left_out, start, before, most)
SELECT audit.*, attempts.failure FROM audit
LEFT JOIN attempts ON attempts.load_id = audit.about AND attempts.user_id = audit.user_id
WHERE audit.id >= :start AND audit.id < :before AND (:user_id IS NULL OR audit.user_id = :user_id)
  AND (:event_left_out IS NULL OR audit.event <> :event_left_out OR attempts.failure IS NOT NULL)
ORDER BY audit.id DESC LIMIT :most;
