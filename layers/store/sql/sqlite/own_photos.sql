-- Those of :ids that are a record's own.
SELECT id FROM photo
WHERE layer = :layer AND feature_id = :id AND id IN (SELECT value FROM json_each(:ids))
ORDER BY id
