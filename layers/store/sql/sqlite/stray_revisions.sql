-- Features whose latest revision is not what they are.
SELECT feature.layer, feature.id, 'its history does not end as it is'
FROM feature
LEFT JOIN revision USING (layer, id, revision)
WHERE
    (
        feature.source_id, feature.record_id, feature.geometry,
        feature.properties, feature.visibility, feature.cell_km
    )
    IS NOT (
        revision.source_id, revision.record_id, revision.geometry,
        revision.properties, revision.visibility, revision.cell_km
    )
UNION ALL
SELECT layer, id, 'its history is broken'
FROM revision
GROUP BY layer, id
HAVING count(*) <> max(revision) OR min(revision) <> 1
UNION ALL
SELECT revision.layer, revision.id, 'it is missing, though its history ends with a revision'
FROM revision
LEFT JOIN feature USING (layer, id)
WHERE revision.properties IS NOT NULL AND feature.revision IS NOT revision.revision
GROUP BY revision.layer, revision.id
HAVING max(revision.revision) = (
    SELECT max(latest.revision) FROM revision AS latest
    WHERE latest.layer = revision.layer AND latest.id = revision.id
)
