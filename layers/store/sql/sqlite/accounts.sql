-- All accounts by name.
SELECT id, name, role, password, subject, scope, area, disabled, created_at
FROM account ORDER BY key
