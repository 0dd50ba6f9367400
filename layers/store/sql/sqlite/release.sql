-- Let a record be found by its box no more.
DELETE FROM withheld_rtree
WHERE number = (SELECT number FROM feature WHERE layer = ? AND id = ?)
