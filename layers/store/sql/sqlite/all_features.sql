-- All records of all layers.
SELECT layer, id, revision, source_id, record_id, geometry, properties, visibility, cell_km
FROM feature
