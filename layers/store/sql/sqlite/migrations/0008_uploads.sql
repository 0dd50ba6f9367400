-- Files that were sent to be imported, until that is decided. No public connection can name it.

CREATE TABLE upload (
    id TEXT PRIMARY KEY,
    account TEXT NOT NULL,
    layer TEXT NOT NULL,
    name TEXT NOT NULL,
    at TEXT NOT NULL,
    wishes TEXT NOT NULL,
    -- Of all that the import would write, as it was shown.
    digest TEXT NOT NULL,
    -- Packed, as are the next two.
    report BLOB NOT NULL,
    faults BLOB NOT NULL,
    content BLOB NOT NULL
) STRICT;

CREATE INDEX upload_account ON upload (account, at);

CREATE INDEX upload_at ON upload (at);
