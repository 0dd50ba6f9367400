-- Rows whose box, in 32-bit floats and rounded outward, meets a box.
SELECT feature.seq, feature.id, feature.geometry
FROM public_rtree AS box JOIN public_feature AS feature ON feature.seq = box.seq
WHERE box.west <= :east AND box.east >= :west AND box.south <= :north AND box.north >= :south
    AND feature.layer = :layer
