-- Keep a new suggestion and return its number.
INSERT INTO suggestion (
    id, layer, feature_id, kind, title, base, patch, document, author, email, message,
    municipalities, at, secret, asked, status, decided_at, decided_by, reason
)
VALUES (
    :id, :layer, :feature_id, :kind, :title, :base, :patch, :document, :author, :email, :message,
    :municipalities, :at, :secret, :asked, 'waiting', '', '', ''
)
RETURNING number
