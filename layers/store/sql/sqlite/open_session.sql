-- A new session.
INSERT INTO session (digest, account_id, opened_at, seen_at) VALUES (:digest, :account_id, :now, :now)
