-- Suggestions that are not where their last step has put them.
SELECT suggestion.id
FROM suggestion
LEFT JOIN suggestion_step ON
    suggestion_step.number = suggestion.number
    AND suggestion_step.step = (
        SELECT max(step) FROM suggestion_step AS own WHERE own.number = suggestion.number
    )
WHERE
    (suggestion.status, suggestion.reason, suggestion.transaction_id)
    IS NOT (suggestion_step.status, suggestion_step.reason, suggestion_step.transaction_id)
