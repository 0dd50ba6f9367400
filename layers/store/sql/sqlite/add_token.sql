-- A new token.
INSERT INTO api_token
    (id, digest, account_id, title, actions, municipalities, created_at, ends_at)
VALUES (:id, :digest, :account_id, :title, :actions, :municipalities, :created_at, :ends_at)
