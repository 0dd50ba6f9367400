-- Who suggested what the writes to a record have done.
SELECT suggestion_step.transaction_id, coalesce(account.name, '')
FROM suggestion
JOIN suggestion_step ON suggestion_step.number = suggestion.number
LEFT JOIN account ON account.id = suggestion.author
WHERE
    suggestion.layer = :layer AND suggestion.feature_id = :id
    AND suggestion_step.status = 'approved' AND suggestion_step.transaction_id IS NOT NULL
ORDER BY suggestion.number
