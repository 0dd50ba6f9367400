-- Records whose box, in 32-bit floats and rounded outward, meets a box, by their numbers.
WITH found AS (
    SELECT number FROM withheld_rtree
    WHERE west <= :east AND east >= :west AND south <= :north AND north >= :south
        AND number > :after AND layer = :layer
    ORDER BY number LIMIT :limit
)
SELECT
    found.number,
    feature.layer, feature.id, feature.revision, feature.source_id, feature.record_id,
    feature.geometry, feature.properties, feature.visibility, feature.cell_km
FROM found CROSS JOIN feature ON feature.number = found.number
