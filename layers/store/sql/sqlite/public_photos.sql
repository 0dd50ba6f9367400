-- The photos that a published row shows.
SELECT id FROM public_photo WHERE seq = :seq ORDER BY id
