-- What has been suggested on a record.
SELECT
    number, id, layer, feature_id, kind, title, base, patch, document, author, author_name, email,
    message, municipalities, at, status, decided_at, decided_by, reason, transaction_id
FROM suggestion_told
WHERE layer = :layer AND feature_id = :id
ORDER BY number
