-- Make an account, or save what has changed of it.
INSERT INTO account (id, key, name, role, password, subject, scope, area, disabled, created_at)
VALUES (:id, :key, :name, :role, :password, :subject, :scope, :area, :disabled, :created_at)
ON CONFLICT (id) DO UPDATE SET
    key = excluded.key, name = excluded.name, role = excluded.role,
    password = excluded.password, subject = excluded.subject, scope = excluded.scope,
    area = excluded.area, disabled = excluded.disabled
