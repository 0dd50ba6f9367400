-- A published photo at a small size.
SELECT thumbnail FROM public_photo_content WHERE id = :id
