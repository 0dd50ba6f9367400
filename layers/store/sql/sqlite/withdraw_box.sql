-- Take the box of a row out of the public projection.
DELETE FROM public_rtree WHERE seq = ?
