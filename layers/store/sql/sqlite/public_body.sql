-- The GeoJSON text of one feature.
SELECT text.body
FROM public_feature AS feature JOIN public_body AS text ON text.seq = feature.seq
WHERE feature.layer = :layer AND feature.id = :id
