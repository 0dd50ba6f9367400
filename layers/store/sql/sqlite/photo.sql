-- What is known of a photo, without its bytes.
SELECT id, actor, width, height, coalesce(layer, ''), coalesce(feature_id, '')
FROM photo WHERE id = :id
