-- One record, whatever its visibility.
SELECT layer, id, revision, source_id, record_id, geometry, properties, visibility, cell_km
FROM feature WHERE layer = :layer AND id = :id
