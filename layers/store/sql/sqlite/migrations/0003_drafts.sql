-- What someone has typed and not saved. No public connection can name this table.

CREATE TABLE draft (
    account_id TEXT NOT NULL REFERENCES account (id),
    layer TEXT NOT NULL,
    -- Of a record that is not there yet it is an id of the draft's own.
    record TEXT NOT NULL,
    -- 0 where the record is not there yet.
    base INTEGER NOT NULL CHECK (base >= 0),
    -- Name and value of each input, as JSON.
    inputs TEXT NOT NULL,
    began_at TEXT NOT NULL,
    saved_at TEXT NOT NULL,
    PRIMARY KEY (account_id, layer, record)
) STRICT;

CREATE INDEX draft_saved ON draft (saved_at);
