-- All published rows of a layer, in the order of the file: faster than by an index.
SELECT seq, id, geometry, columns FROM public_feature NOT INDEXED WHERE layer = :layer
