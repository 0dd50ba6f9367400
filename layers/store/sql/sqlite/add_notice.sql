-- A new notice of an account.
INSERT INTO notice (id, account_id, kind, count, name, message, who, path, at, read)
VALUES (:id, :account_id, :kind, :count, :name, :message, :who, :path, :at, 0)
