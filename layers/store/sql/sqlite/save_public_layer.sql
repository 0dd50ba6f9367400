-- Remember when the public projection of a layer changed.
INSERT INTO public_layer (layer, updated_at) VALUES (:layer, :at)
ON CONFLICT (layer) DO UPDATE SET updated_at = excluded.updated_at
