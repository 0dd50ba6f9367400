-- Forget photos from before :since, or :since_typed, that no record has named and nobody holds.
DELETE FROM photo
WHERE feature_id IS NULL AND at < iif(actor = '', :since, :since_typed)
    AND NOT EXISTS (SELECT 1 FROM photo_hold WHERE photo_hold.photo_id = photo.id)
