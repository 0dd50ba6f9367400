-- Take a row out of the public projection.
DELETE FROM public_feature WHERE seq = ?
