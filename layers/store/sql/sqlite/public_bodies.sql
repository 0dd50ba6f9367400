-- The GeoJSON texts of :seqs; the plus keeps SQLite from walking the whole layer for them.
SELECT text.seq, text.body
FROM public_body AS text JOIN public_feature AS feature ON feature.seq = text.seq
WHERE text.seq IN (SELECT value FROM json_each(:seqs)) AND +feature.layer = :layer
