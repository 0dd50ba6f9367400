-- Put the box of a row into the public projection.
INSERT INTO public_rtree (seq, west, south, east, north) VALUES (?, ?, ?, ?, ?)
