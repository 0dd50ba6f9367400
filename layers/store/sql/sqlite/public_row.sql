-- One published row with all that belongs to it.
SELECT
    feature.seq, feature.source_id, feature.rank, feature.digest,
    feature.geometry, feature.columns, text.body,
    box.west, box.south, box.east, box.north
FROM public_feature AS feature
    LEFT JOIN public_body AS text ON text.seq = feature.seq
    LEFT JOIN public_rtree AS box ON box.seq = feature.seq
WHERE feature.layer = :layer AND feature.id = :id
