-- Mail is tried again later.
UPDATE outbox SET due_at = :due_at WHERE number = :number
