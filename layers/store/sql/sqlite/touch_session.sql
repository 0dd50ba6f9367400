-- A session has been used.
UPDATE session SET seen_at = :now WHERE digest = :digest
