-- The row number, digest and source of those of :ids that are published.
SELECT id, seq, digest, source_id FROM public_feature
WHERE layer = :layer AND id IN (SELECT value FROM json_each(:ids))
