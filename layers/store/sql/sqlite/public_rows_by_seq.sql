-- The published rows of :seqs; the plus keeps SQLite from walking the whole layer for them.
SELECT seq, id, geometry, columns FROM public_feature
WHERE seq IN (SELECT value FROM json_each(:seqs)) AND +layer = :layer
