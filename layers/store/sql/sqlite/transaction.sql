-- What one write has changed: each feature of it, as the write left it.
SELECT
    revision.layer, revision.id, revision.revision,
    write_log.at, write_log.actor, write_log.action, write_log.comment, write_log.transaction_id,
    revision.source_id, revision.record_id, revision.geometry, revision.properties,
    revision.visibility, revision.cell_km
FROM revision JOIN write_log ON write_log.number = revision.write_number
WHERE write_log.transaction_id = :transaction_id
ORDER BY revision.rowid
