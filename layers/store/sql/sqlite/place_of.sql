-- Where a change stands in the log, when it is one of a write.
SELECT revision.rowid
FROM write_log
JOIN revision ON revision.write_number = write_log.number
WHERE write_log.transaction_id = :transaction_id
    AND revision.id = :id AND revision.revision = :revision
