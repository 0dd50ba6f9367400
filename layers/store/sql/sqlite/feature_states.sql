-- The revision and digest of those of :ids that exist.
SELECT id, revision, digest FROM feature
WHERE layer = :layer AND id IN (SELECT value FROM json_each(:ids))
