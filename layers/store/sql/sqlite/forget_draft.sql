-- Forget a draft; tell whether there was one.
DELETE FROM draft
WHERE account_id = :account_id AND layer = :layer AND record = :record
RETURNING record
