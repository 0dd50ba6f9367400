-- What is wrong with the boxes; `ok` when nothing is.
SELECT rtreecheck('public_rtree')
