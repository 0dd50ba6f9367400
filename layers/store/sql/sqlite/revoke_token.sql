-- End a token of an account.
DELETE FROM api_token WHERE id = :id AND account_id = :account_id RETURNING id
