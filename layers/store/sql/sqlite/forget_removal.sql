-- Drop the news that a feature had left: it is back.
DELETE FROM public_removal WHERE layer = ? AND id = ?
