-- What exchanges answered to loads, those that failed too; a row a load, kept for a time.

-- name: add_answers(load_id, account_id, at, document)!
INSERT INTO answers (load_id, account_id, at, document)
SELECT :load_id, id, :at, :document FROM accounts WHERE id = :account_id AND removed_at IS NULL;

-- name: forget_answers(before, most)!
DELETE FROM answers WHERE load_id IN (SELECT load_id FROM answers WHERE at <= :before ORDER BY at LIMIT :most);

-- name: erase_answers(account_id)!
DELETE FROM answers WHERE account_id = :account_id;

-- name: kept_answers(load_id, user_id, account_id, after)^
SELECT attempts.account_id, attempts.failure, answers.at, answers.document
FROM attempts JOIN accounts ON accounts.id = attempts.account_id
LEFT JOIN answers ON answers.load_id = attempts.load_id AND answers.at > :after
WHERE attempts.load_id = :load_id AND accounts.user_id = :user_id AND accounts.removed_at IS NULL
  AND accounts.id = COALESCE(:account_id, accounts.id);
