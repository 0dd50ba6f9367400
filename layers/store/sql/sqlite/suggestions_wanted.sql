-- The suggestions that someone asks for, the oldest first.
SELECT
    number, id, layer, feature_id, kind, title, base, patch, document, author, author_name, email,
    message, municipalities, at, status, decided_at, decided_by, reason, transaction_id
FROM suggestion_told
WHERE
    status IN (SELECT value FROM json_each(:statuses))
    AND (:kinds = '[]' OR kind IN (SELECT value FROM json_each(:kinds)))
    AND (:layers = '[]' OR layer IN (SELECT value FROM json_each(:layers)))
    AND (
        :municipalities = '[]'
        OR EXISTS (
            SELECT 1 FROM json_each(municipalities) AS own
            WHERE own.value IN (SELECT value FROM json_each(:municipalities))
        )
    )
    AND (:until IS NULL OR at <= :until)
    AND (:since IS NULL OR at >= :since)
    AND number > :after
ORDER BY number
LIMIT :limit
