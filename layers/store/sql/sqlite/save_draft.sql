-- Keep a draft instead of the one before; its beginning stays.
INSERT INTO draft (account_id, layer, record, base, inputs, began_at, saved_at)
VALUES (:account_id, :layer, :record, :base, :inputs, :now, :now)
ON CONFLICT (account_id, layer, record) DO UPDATE
SET base = excluded.base, inputs = excluded.inputs, saved_at = excluded.saved_at
RETURNING layer, record, base, inputs, began_at, saved_at
