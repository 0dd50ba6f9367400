-- A new invitation.
INSERT INTO invitation (digest, account_id, ends_at) VALUES (:digest, :account_id, :ends_at)
