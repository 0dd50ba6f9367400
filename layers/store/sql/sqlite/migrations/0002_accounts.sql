-- Who may sign in, and as what. No public connection can name any of these tables.

CREATE TABLE account (
    id TEXT PRIMARY KEY,
    -- As it is compared: folded.
    key TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    -- Argon2id; null until one has been chosen, or where another house vouches for the person.
    password TEXT,
    -- Issuer and subject of OpenID Connect.
    subject TEXT UNIQUE,
    scope TEXT NOT NULL,
    area BLOB,
    disabled INTEGER NOT NULL CHECK (disabled IN (0, 1)),
    created_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Of what a client holds only digests are kept.
CREATE TABLE session (
    digest BLOB PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES account (id),
    opened_at TEXT NOT NULL,
    seen_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX session_account ON session (account_id);

CREATE TABLE api_token (
    id TEXT PRIMARY KEY,
    digest BLOB NOT NULL UNIQUE,
    account_id TEXT NOT NULL REFERENCES account (id),
    title TEXT NOT NULL,
    actions TEXT NOT NULL,
    municipalities TEXT NOT NULL,
    created_at TEXT NOT NULL,
    ends_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX api_token_account ON api_token (account_id);

-- Links with which an account's first or next password is chosen, once.
CREATE TABLE invitation (
    digest BLOB PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES account (id),
    ends_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Attempts to sign in that have not succeeded, for as long as they count.
CREATE TABLE login_attempt (
    number INTEGER PRIMARY KEY,
    key TEXT NOT NULL,
    address TEXT NOT NULL,
    at TEXT NOT NULL
) STRICT;

CREATE INDEX login_attempt_address ON login_attempt (address, at);
