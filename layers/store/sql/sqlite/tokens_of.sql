-- The tokens of an account, without what they are known by.
SELECT id, title, actions, municipalities, created_at, ends_at
FROM api_token WHERE account_id = :account_id ORDER BY created_at, id
