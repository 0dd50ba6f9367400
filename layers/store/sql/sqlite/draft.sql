-- Return the draft of a record.
SELECT layer, record, base, inputs, began_at, saved_at
FROM draft
WHERE account_id = :account_id AND layer = :layer AND record = :record AND saved_at >= :since
