-- Return the drafts of an account, the last one first.
SELECT layer, record, base, inputs, began_at, saved_at
FROM draft
WHERE account_id = :account_id AND saved_at >= :since
ORDER BY saved_at DESC, layer, record
