-- Where some suggestions have come to.
SELECT id, number, status, title FROM suggestion
WHERE id IN (SELECT value FROM json_each(:ids))
ORDER BY number
