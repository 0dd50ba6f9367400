-- Notices of an account, newest first, those before a number.
SELECT number, id, account_id, kind, count, name, message, who, path, at, read
FROM notice
WHERE account_id = :account_id AND (:before IS NULL OR number < :before)
ORDER BY number DESC LIMIT :most
