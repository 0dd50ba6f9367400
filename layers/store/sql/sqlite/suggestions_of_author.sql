-- What an account has suggested, the newest first.
SELECT
    number, id, layer, feature_id, kind, title, base, patch, document, author, author_name, email,
    message, municipalities, at, status, decided_at, decided_by, reason, transaction_id
FROM suggestion_told
WHERE author = :author AND number < :before
ORDER BY number DESC
LIMIT :limit
