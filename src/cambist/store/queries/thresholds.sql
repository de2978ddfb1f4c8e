-- Thresholds: figures that people want to be told of.

-- name: add_threshold(user_id, account_id, measure, side, value, at)^
INSERT INTO thresholds (user_id, account_id, measure, side, value, created_at)
VALUES (:user_id, :account_id, :measure, :side, :value, :at) RETURNING id;

-- name: thresholds_of_user(user_id)
SELECT * FROM thresholds WHERE user_id = :user_id ORDER BY id;

-- name: thresholds_of_account(user_id, account_id)
SELECT * FROM thresholds
WHERE user_id = :user_id AND (account_id IS NULL OR account_id = :account_id) ORDER BY id;

-- name: remove_threshold(id, user_id)!
DELETE FROM thresholds WHERE id = :id AND user_id = :user_id;
