-- All records that name a source.
SELECT layer, id, revision, source_id, record_id, geometry, properties, visibility, cell_km
FROM feature WHERE source_id = :source_id
