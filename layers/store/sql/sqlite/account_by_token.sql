-- The account of a token that has not run out, with what the token is limited to.
SELECT
    account.id, account.name, account.role, account.password, account.subject, account.scope,
    account.area, account.disabled, account.created_at,
    api_token.id, api_token.actions, api_token.municipalities
FROM api_token JOIN account ON account.id = api_token.account_id
WHERE api_token.digest = :digest AND api_token.ends_at > :now AND account.disabled = 0
