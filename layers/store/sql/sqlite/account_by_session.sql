-- The account of an open session: neither idle for long nor very old.
SELECT
    account.id, account.name, account.role, account.password, account.subject, account.scope,
    account.area, account.disabled, account.created_at, session.seen_at
FROM session JOIN account ON account.id = session.account_id
WHERE session.digest = :digest
    AND session.seen_at > :idle_since AND session.opened_at > :opened_since
    AND account.disabled = 0
