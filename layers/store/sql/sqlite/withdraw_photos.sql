-- Take the photos of a row out of the public projection.
DELETE FROM public_photo WHERE seq = ?
