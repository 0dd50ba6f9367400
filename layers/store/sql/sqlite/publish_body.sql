-- Put the GeoJSON text of a row into the public projection.
INSERT INTO public_body (seq, body) VALUES (?, ?)
