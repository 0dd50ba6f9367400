-- The latest :last writes before number :before, of one actor or, where that is null, of all.
SELECT number, transaction_id, at, actor, action, comment, created, updated, deleted
FROM write_log
WHERE number < :before AND :actor IS NULL
UNION ALL
SELECT number, transaction_id, at, actor, action, comment, created, updated, deleted
FROM write_log
WHERE number < :before AND actor = :actor
ORDER BY number DESC
LIMIT :last
