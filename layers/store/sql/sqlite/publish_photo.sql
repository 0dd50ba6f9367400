-- Put a photo of a row into the public projection, if it is the record's own.
INSERT INTO public_photo (id, seq)
SELECT id, ? FROM photo WHERE layer = ? AND feature_id = ? AND id = ?
ON CONFLICT (id) DO NOTHING
