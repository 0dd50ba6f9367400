-- Whether any feature has left the public projection.
SELECT EXISTS (SELECT 1 FROM public_removal)
