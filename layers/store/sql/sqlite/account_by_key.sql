-- The account of a name.
SELECT id, name, role, password, subject, scope, area, disabled, created_at
FROM account WHERE key = :key
