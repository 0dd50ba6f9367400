-- The records of a write that another write has changed since.
SELECT DISTINCT revision.layer, revision.id
FROM write_log
JOIN revision ON revision.write_number = write_log.number
JOIN revision AS later
    ON later.layer = revision.layer AND later.id = revision.id
    AND later.revision > revision.revision
    AND later.write_number <> revision.write_number
WHERE write_log.transaction_id = :transaction_id
