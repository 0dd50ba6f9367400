-- Where those records are of which the public sees less than all, for whoever may see them.
-- No public connection can name it. `number` is that of the record.
CREATE VIRTUAL TABLE withheld_rtree USING rtree (
    number, west, east, south, north, +layer TEXT
);

INSERT INTO withheld_rtree (number, west, east, south, north, layer)
SELECT
    number,
    edge_of(geometry, 'west'),
    edge_of(geometry, 'east'),
    edge_of(geometry, 'south'),
    edge_of(geometry, 'north'),
    layer
FROM feature
WHERE visibility <> 'public' AND edge_of(geometry, 'west') IS NOT NULL;
