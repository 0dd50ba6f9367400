-- The revision at which each of :ids was last deleted.
SELECT id, max(revision) FROM revision
WHERE layer = :layer AND id IN (SELECT value FROM json_each(:ids)) AND properties IS NULL
GROUP BY id
