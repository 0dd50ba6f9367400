-- Whether there is mail to be sent.
SELECT 1 FROM outbox WHERE due_at <= :now LIMIT 1
