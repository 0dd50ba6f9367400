-- When the public projection of a layer last changed.
SELECT updated_at FROM public_layer WHERE layer = :layer
