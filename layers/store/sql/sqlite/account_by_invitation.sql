-- The account whose password may be chosen with an invitation.
SELECT
    account.id, account.name, account.role, account.password, account.subject, account.scope,
    account.area, account.disabled, account.created_at
FROM invitation JOIN account ON account.id = invitation.account_id
WHERE invitation.digest = :digest AND invitation.ends_at > :now AND account.disabled = 0
