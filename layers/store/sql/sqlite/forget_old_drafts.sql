-- Forget the drafts that nobody has touched for long.
DELETE FROM draft WHERE saved_at < :since
