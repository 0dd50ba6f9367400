-- Tell the change feed that a feature has left the public projection.
INSERT INTO public_removal (number, layer, id) VALUES (?, ?, ?)
