-- The names by which the search finds a row.
SELECT rowid, folded, name FROM public_name
WHERE rowid >= :seq * 256 AND rowid < (:seq + 1) * 256
ORDER BY rowid
