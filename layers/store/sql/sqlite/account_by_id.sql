-- The account of an id.
SELECT id, name, role, password, subject, scope, area, disabled, created_at
FROM account WHERE id = :id
