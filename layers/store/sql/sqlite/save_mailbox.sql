-- Where the notices of an account go as mail from now on.
INSERT INTO mailbox (account_id, address, lang) VALUES (:account_id, :address, :lang)
ON CONFLICT (account_id) DO UPDATE SET address = excluded.address, lang = excluded.lang
