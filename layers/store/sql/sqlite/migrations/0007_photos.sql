-- Photos of records: what they show, and which of them the public sees.

-- `layer` and `feature_id` are of the record that named it first: no other can show it.
CREATE TABLE photo (
    id TEXT PRIMARY KEY,
    at TEXT NOT NULL,
    actor TEXT NOT NULL,
    layer TEXT,
    feature_id TEXT,
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    thumbnail BLOB NOT NULL,
    picture BLOB NOT NULL
) STRICT;

CREATE INDEX photo_unnamed ON photo (at) WHERE feature_id IS NULL;

-- Drafts and suggestions, no records yet, that name a photo.
CREATE TABLE photo_hold (
    holder TEXT NOT NULL,
    photo_id TEXT NOT NULL REFERENCES photo (id),
    PRIMARY KEY (holder, photo_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX photo_hold_photo ON photo_hold (photo_id);

-- Those that the published rows name.
CREATE TABLE public_photo (
    id TEXT PRIMARY KEY REFERENCES photo (id),
    seq INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX public_photo_seq ON public_photo (seq);

-- What a public connection reads of `photo`, and all that it can: it names this alone.
CREATE VIEW public_photo_content AS
SELECT public_photo.id AS id, photo.thumbnail AS thumbnail, photo.picture AS picture
FROM public_photo JOIN photo ON photo.id = public_photo.id;
