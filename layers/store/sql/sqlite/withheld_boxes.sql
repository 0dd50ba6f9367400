-- The records that the public does not see as they are, each with the box that it is found by.
SELECT feature.layer, feature.id, feature.geometry, box.west, box.south, box.east, box.north
FROM feature LEFT JOIN withheld_rtree AS box ON box.number = feature.number
WHERE feature.visibility <> 'public'
