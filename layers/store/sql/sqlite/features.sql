-- All records of a layer by id, whatever their visibility.
SELECT layer, id, revision, source_id, record_id, geometry, properties, visibility, cell_km
FROM feature WHERE layer = :layer ORDER BY id
