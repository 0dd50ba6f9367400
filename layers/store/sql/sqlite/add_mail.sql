-- Mail to be sent.
INSERT INTO outbox (id, address, lang, kind, count, message, path, at, due_at, tries)
VALUES (:id, :address, :lang, :kind, :count, :message, :path, :at, :at, 0)
