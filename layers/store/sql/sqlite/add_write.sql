-- Log a write and return its number.
INSERT INTO write_log (transaction_id, at, actor, action, comment, created, updated, deleted)
VALUES (:transaction_id, :at, :actor, :action, :comment, :created, :updated, :deleted)
RETURNING number
