-- Forget photos from before :since that no record has ever named and nobody holds.
DELETE FROM photo
WHERE feature_id IS NULL AND at < :since
    AND NOT EXISTS (SELECT 1 FROM photo_hold WHERE photo_hold.photo_id = photo.id)
