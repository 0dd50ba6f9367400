-- The store of record, its history, and the public projection beside it.

CREATE TABLE source (
    id TEXT PRIMARY KEY,
    title TEXT NOT NULL,
    publisher TEXT NOT NULL,
    licence TEXT NOT NULL,
    url TEXT NOT NULL,
    as_of TEXT NOT NULL,
    attribution TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE feature (
    number INTEGER PRIMARY KEY,
    layer TEXT NOT NULL,
    id TEXT NOT NULL,
    source_id TEXT NOT NULL REFERENCES source (id),
    record_id TEXT NOT NULL,
    geometry BLOB,
    properties TEXT NOT NULL,
    visibility TEXT NOT NULL,
    cell_km INTEGER NOT NULL,
    revision INTEGER NOT NULL CHECK (revision > 0),
    digest BLOB NOT NULL,
    UNIQUE (layer, id),
    UNIQUE (layer, source_id, record_id)
) STRICT;

-- One row for each `Store.write`.
CREATE TABLE write_log (
    number INTEGER PRIMARY KEY,
    transaction_id TEXT NOT NULL UNIQUE,
    at TEXT NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    comment TEXT NOT NULL,
    created INTEGER NOT NULL,
    updated INTEGER NOT NULL,
    deleted INTEGER NOT NULL
) STRICT;

-- What each write left of a feature; without properties where it deleted the feature.
CREATE TABLE revision (
    layer TEXT NOT NULL,
    id TEXT NOT NULL,
    revision INTEGER NOT NULL,
    write_number INTEGER NOT NULL REFERENCES write_log (number),
    source_id TEXT,
    record_id TEXT,
    geometry BLOB,
    properties TEXT,
    visibility TEXT,
    cell_km INTEGER,
    UNIQUE (layer, id, revision)
) STRICT;

CREATE INDEX revision_deleted ON revision (layer, id) WHERE properties IS NULL;

-- The answer to a write, for the caller who did not hear it and asks again.
CREATE TABLE idempotency (
    actor TEXT NOT NULL,
    key TEXT NOT NULL,
    at TEXT NOT NULL,
    digest BLOB NOT NULL,
    answer TEXT NOT NULL,
    PRIMARY KEY (actor, key)
) STRICT, WITHOUT ROWID;

-- From here on: all that a public connection can name.

-- The number of the latest public change. It never falls and never counts a hidden edit.
CREATE TABLE public_version (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    number INTEGER NOT NULL
) STRICT;

INSERT INTO public_version VALUES (1, 0);

-- `seq` is the number of the public change that made the row what it is.
CREATE TABLE public_feature (
    seq INTEGER PRIMARY KEY,
    layer TEXT NOT NULL,
    id TEXT NOT NULL,
    source_id TEXT NOT NULL,
    rank REAL NOT NULL,
    digest BLOB NOT NULL,
    geometry BLOB,
    columns BLOB NOT NULL,
    UNIQUE (layer, id)
) STRICT;

-- Apart from the rows, so that loading a layer reads past none of these, the larger half.
CREATE TABLE public_body (
    seq INTEGER PRIMARY KEY,
    body BLOB NOT NULL
) STRICT;

CREATE INDEX public_feature_source ON public_feature (source_id);

CREATE VIRTUAL TABLE public_rtree USING rtree (seq, west, east, south, north);

-- One row for each name: rowid = seq * 256 + place among the names of the feature.
CREATE VIRTUAL TABLE public_name USING fts5 (
    folded,
    name UNINDEXED,
    tokenize = "unicode61 remove_diacritics 2",
    prefix = '2 3'
);

-- The change feed is the rows of `public_feature` by `seq`, and what has left it.
CREATE TABLE public_removal (
    number INTEGER PRIMARY KEY,
    layer TEXT NOT NULL,
    id TEXT NOT NULL,
    UNIQUE (layer, id)
) STRICT;

CREATE TABLE public_layer (
    layer TEXT PRIMARY KEY,
    updated_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE public_source (
    id TEXT PRIMARY KEY,
    title TEXT NOT NULL,
    publisher TEXT NOT NULL,
    licence TEXT NOT NULL,
    url TEXT NOT NULL,
    as_of TEXT NOT NULL,
    attribution TEXT NOT NULL
) STRICT, WITHOUT ROWID;
