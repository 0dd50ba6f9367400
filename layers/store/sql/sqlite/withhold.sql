-- Let a record be found by its box, for whoever may see it.
INSERT INTO withheld_rtree (number, west, east, south, north, layer)
SELECT number, ?3, ?4, ?5, ?6, layer FROM feature WHERE layer = ?1 AND id = ?2
