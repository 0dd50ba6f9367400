-- Create a feature, or let it be what the row says.
INSERT INTO feature (
    layer, id, revision, digest,
    source_id, record_id, geometry, properties, visibility, cell_km
)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (layer, id) DO UPDATE SET
    revision = excluded.revision,
    digest = excluded.digest,
    source_id = excluded.source_id,
    record_id = excluded.record_id,
    geometry = excluded.geometry,
    properties = excluded.properties,
    visibility = excluded.visibility,
    cell_km = excluded.cell_km
