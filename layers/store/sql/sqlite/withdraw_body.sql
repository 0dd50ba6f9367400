-- Take the GeoJSON text of a row out of the public projection.
DELETE FROM public_body WHERE seq = ?
