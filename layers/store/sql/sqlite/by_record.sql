-- The id and revision of each record of a source.
SELECT record_id, id, revision FROM feature WHERE layer = :layer AND source_id = :source_id
