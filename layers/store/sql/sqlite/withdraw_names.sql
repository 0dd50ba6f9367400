-- Take the names of a row out of the search.
DELETE FROM public_name WHERE rowid >= ?1 * 256 AND rowid < (?1 + 1) * 256
