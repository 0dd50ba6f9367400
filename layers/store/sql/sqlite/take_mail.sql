-- Take mail that is due; nobody else takes it until the lease is over.
UPDATE outbox SET due_at = :until, tries = tries + 1
WHERE number IN (SELECT number FROM outbox WHERE due_at <= :now ORDER BY due_at LIMIT :most)
RETURNING number, id, address, lang, kind, count, message, path, at, tries
