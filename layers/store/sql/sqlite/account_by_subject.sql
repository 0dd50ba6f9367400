-- The account that another house vouches for.
SELECT id, name, role, password, subject, scope, area, disabled, created_at
FROM account WHERE subject = :subject
