-- Note which record has named a photo first.
UPDATE photo SET layer = ?, feature_id = ? WHERE id = ? AND feature_id IS NULL
