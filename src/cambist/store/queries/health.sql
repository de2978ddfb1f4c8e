-- What a check of the installation reads.

-- name: quick_check()
SELECT quick_check AS told FROM pragma_quick_check(5);

-- name: markets_in_use()
SELECT DISTINCT market FROM accounts WHERE removed_at IS NULL ORDER BY market;

-- name: egresses_named()
SELECT DISTINCT egress FROM accounts WHERE removed_at IS NULL AND egress IS NOT NULL ORDER BY egress;
