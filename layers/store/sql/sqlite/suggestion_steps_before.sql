-- Where the suggestions that a write decided last were before it did.
SELECT suggestion.number, earlier.status, earlier.reason
FROM suggestion
JOIN suggestion_step AS last ON
    last.number = suggestion.number
    AND last.step = (
        SELECT max(step) FROM suggestion_step AS own WHERE own.number = suggestion.number
    )
JOIN suggestion_step AS earlier ON
    earlier.number = last.number AND earlier.step = last.step - 1
WHERE suggestion.transaction_id = :transaction_id AND last.transaction_id = :transaction_id
