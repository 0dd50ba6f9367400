-- The feed of an account gets a new secret; the one before opens it no more.
INSERT INTO feed (account_id, digest, at) VALUES (:account_id, :digest, :at)
ON CONFLICT (account_id) DO UPDATE SET digest = excluded.digest, at = excluded.at
