-- What is told to the owners of accounts. No public connection can name any of these tables.

CREATE TABLE notice (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL,
    account_id TEXT NOT NULL REFERENCES account (id),
    kind TEXT NOT NULL,
    count INTEGER NOT NULL CHECK (count > 0),
    name TEXT NOT NULL,
    message TEXT NOT NULL,
    who TEXT NOT NULL,
    path TEXT NOT NULL,
    at TEXT NOT NULL,
    read INTEGER NOT NULL CHECK (read IN (0, 1))
) STRICT;

CREATE INDEX notice_account ON notice (account_id, number);
CREATE INDEX notice_unread ON notice (account_id) WHERE read = 0;
CREATE INDEX notice_at ON notice (at);

-- The secret address of an account's feed; only a digest of it is kept.
CREATE TABLE feed (
    account_id TEXT PRIMARY KEY REFERENCES account (id),
    digest BLOB NOT NULL UNIQUE,
    at TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Where the notices of an account go as mail.
CREATE TABLE mailbox (
    account_id TEXT PRIMARY KEY REFERENCES account (id),
    address TEXT NOT NULL,
    lang TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Mail that has not been sent yet: it names no record.
CREATE TABLE outbox (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL,
    address TEXT NOT NULL,
    lang TEXT NOT NULL,
    kind TEXT NOT NULL,
    count INTEGER NOT NULL CHECK (count > 0),
    message TEXT NOT NULL,
    path TEXT NOT NULL,
    at TEXT NOT NULL,
    due_at TEXT NOT NULL,
    tries INTEGER NOT NULL
) STRICT;

CREATE INDEX outbox_due ON outbox (due_at);
