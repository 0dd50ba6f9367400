-- Whose feed is known by a secret.
SELECT account.id
FROM feed JOIN account ON account.id = feed.account_id
WHERE feed.digest = :digest AND account.disabled = 0
