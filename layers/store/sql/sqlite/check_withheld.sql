-- What is wrong with the boxes of records that are not public; `ok` when nothing is.
SELECT rtreecheck('withheld_rtree')
