-- Features with a name that holds all of :words; a name that is the words comes first, then rank.
SELECT feature.layer, feature.id, found.name, feature.rank, feature.seq
FROM (
    SELECT
        rowid / 256 AS seq,
        name,
        min(CASE folded WHEN :folded THEN 0 ELSE length(folded) END) AS distance
    FROM public_name WHERE public_name MATCH :words
    GROUP BY rowid / 256
) AS found JOIN public_feature AS feature ON feature.seq = found.seq
WHERE feature.layer IN (SELECT value FROM json_each(:layers))
ORDER BY found.distance > 0, feature.rank DESC, found.distance, feature.id
LIMIT :limit
