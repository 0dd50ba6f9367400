-- A file of an account that has not been kept for too long.
SELECT layer, name, content, wishes, digest, report, faults
FROM upload
WHERE id = :id AND account = :account AND at >= :since
