-- Remove a feature; its history stays.
DELETE FROM feature WHERE layer = ? AND id = ?
