-- Forget all files of an account but :id and the latest :most others.
DELETE FROM upload
WHERE account = :account AND id <> :id AND id NOT IN (
    SELECT id FROM upload WHERE account = :account AND id <> :id ORDER BY at DESC LIMIT :most
)
