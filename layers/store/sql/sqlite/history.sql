-- The latest :last revisions of a feature that came before :before, latest first; -1: all of them.
SELECT
    revision.layer, revision.id, revision.revision,
    write_log.at, write_log.actor, write_log.action, write_log.comment, write_log.transaction_id,
    revision.source_id, revision.record_id, revision.geometry, revision.properties,
    revision.visibility, revision.cell_km
FROM revision JOIN write_log ON write_log.number = revision.write_number
WHERE revision.layer = :layer AND revision.id = :id AND revision.revision < :before
ORDER BY revision.revision DESC
LIMIT :last
