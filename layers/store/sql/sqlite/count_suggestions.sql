-- How many suggestions someone asks for.
SELECT count(*) FROM suggestion
WHERE
    status IN (SELECT value FROM json_each(:statuses))
    AND (:kinds = '[]' OR kind IN (SELECT value FROM json_each(:kinds)))
    AND (:layers = '[]' OR layer IN (SELECT value FROM json_each(:layers)))
    AND (
        :municipalities = '[]'
        OR EXISTS (
            SELECT 1 FROM json_each(municipalities) AS own
            WHERE own.value IN (SELECT value FROM json_each(:municipalities))
        )
    )
    AND (:until IS NULL OR at <= :until)
    AND (:since IS NULL OR at >= :since)
