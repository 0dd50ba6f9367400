-- Forget old notices.
DELETE FROM notice WHERE at < :before
