-- A published photo at full size.
SELECT picture FROM public_photo_content WHERE id = :id
