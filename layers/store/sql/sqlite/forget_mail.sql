-- Forget mail that nobody sends.
DELETE FROM outbox WHERE at < :before
