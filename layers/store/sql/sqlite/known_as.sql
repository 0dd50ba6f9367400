-- The records of a source that go by an identifier, alone or with @ and whose it is behind it.
SELECT record_id, id FROM feature
WHERE layer = :layer AND source_id = :source_id AND record_id = :record_id
UNION ALL
SELECT record_id, id FROM feature
WHERE layer = :layer AND source_id = :source_id
    AND record_id > :record_id || '@' AND record_id < :record_id || 'A'
LIMIT 100
