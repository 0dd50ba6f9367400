-- Put a suggestion anew, as long as nobody has decided it for good.
UPDATE suggestion SET
    title = :title, base = :base, patch = :patch, document = :document, message = :message,
    municipalities = :municipalities
WHERE id = :id AND status IN ('waiting', 'returned')
RETURNING number
