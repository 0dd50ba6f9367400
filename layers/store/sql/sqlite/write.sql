-- One write by its transaction.
SELECT number, transaction_id, at, actor, action, comment, created, updated, deleted
FROM write_log
WHERE transaction_id = :transaction_id
