-- Put a row into the public projection.
INSERT INTO public_feature (seq, layer, id, source_id, rank, digest, geometry, columns)
VALUES (?, ?, ?, ?, ?, ?, ?, ?)
