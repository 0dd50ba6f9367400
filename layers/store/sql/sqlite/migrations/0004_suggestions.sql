-- What people without the right to change a record suggest. No public connection can name any of
-- these tables.

CREATE TABLE suggestion (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    layer TEXT NOT NULL,
    feature_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    title TEXT NOT NULL,
    base INTEGER NOT NULL,
    patch TEXT NOT NULL,
    document TEXT,
    author TEXT REFERENCES account (id),
    email TEXT NOT NULL,
    message TEXT NOT NULL,
    municipalities TEXT NOT NULL,
    at TEXT NOT NULL,
    -- Of the link with which a resident looks at it, only a digest is kept.
    secret BLOB UNIQUE,
    asked BLOB NOT NULL,
    -- From here on: its last step.
    status TEXT NOT NULL,
    decided_at TEXT NOT NULL,
    decided_by TEXT NOT NULL,
    reason TEXT NOT NULL,
    transaction_id TEXT REFERENCES write_log (transaction_id)
) STRICT;

CREATE INDEX suggestion_status ON suggestion (status, number);
CREATE INDEX suggestion_author ON suggestion (author, number) WHERE author IS NOT NULL;
CREATE INDEX suggestion_feature ON suggestion (layer, feature_id);
CREATE INDEX suggestion_transaction ON suggestion (transaction_id)
WHERE transaction_id IS NOT NULL;

-- All that became of a suggestion, from 0, which is its coming.
CREATE TABLE suggestion_step (
    number INTEGER NOT NULL REFERENCES suggestion (number),
    step INTEGER NOT NULL,
    status TEXT NOT NULL,
    at TEXT NOT NULL,
    actor TEXT NOT NULL,
    reason TEXT NOT NULL,
    transaction_id TEXT REFERENCES write_log (transaction_id),
    PRIMARY KEY (number, step)
) STRICT, WITHOUT ROWID;

CREATE VIEW suggestion_told AS
SELECT
    suggestion.number, suggestion.id, layer, feature_id, kind, title, base, patch, document,
    author, coalesce(account.name, '') AS author_name, email, message, municipalities,
    suggestion.at, status, decided_at, decided_by, reason, transaction_id, secret
FROM suggestion LEFT JOIN account ON account.id = suggestion.author;

-- Suggestions that came without an account, for as long as they count.
CREATE TABLE suggestion_attempt (
    number INTEGER PRIMARY KEY,
    address TEXT NOT NULL,
    at TEXT NOT NULL
) STRICT;

CREATE INDEX suggestion_attempt_at ON suggestion_attempt (at);
