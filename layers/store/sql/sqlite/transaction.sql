-- What one write has changed, in its order, from behind :after: what was before, what is then.
SELECT
    revision.rowid,
    revision.layer, revision.id, revision.revision,
    write_log.at, write_log.actor, write_log.action, write_log.comment, write_log.transaction_id,
    revision.source_id, revision.record_id, revision.geometry, revision.properties,
    revision.visibility, revision.cell_km,
    past.source_id, past.record_id, past.geometry, past.properties, past.visibility, past.cell_km
FROM write_log
JOIN revision ON revision.write_number = write_log.number
LEFT JOIN revision AS past
    ON past.layer = revision.layer AND past.id = revision.id
    AND past.revision = revision.revision - 1
WHERE write_log.transaction_id = :transaction_id AND revision.rowid > :after
ORDER BY revision.rowid
LIMIT :last
