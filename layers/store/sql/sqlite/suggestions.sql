-- The suggestions of some ids, in the order in which they came.
SELECT
    number, id, layer, feature_id, kind, title, base, patch, document, author, author_name, email,
    message, municipalities, at, status, decided_at, decided_by, reason, transaction_id
FROM suggestion_told
WHERE id IN (SELECT value FROM json_each(:ids))
ORDER BY number
