-- Add to the history of a feature; without content it is a deletion.
INSERT INTO revision (
    layer, id, revision, write_number,
    source_id, record_id, geometry, properties, visibility, cell_km
)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
