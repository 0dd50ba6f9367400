-- How many records are found by their boxes.
SELECT count(*) FROM withheld_rtree
