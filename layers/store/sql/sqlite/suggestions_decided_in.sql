-- The suggestions whose last step was part of a write.
SELECT
    number, id, layer, feature_id, kind, title, base, patch, document, author, author_name, email,
    message, municipalities, at, status, decided_at, decided_by, reason, transaction_id
FROM suggestion_told
WHERE transaction_id = :transaction_id
ORDER BY number
