-- Mail has been sent, or is given up.
DELETE FROM outbox WHERE number = :number
