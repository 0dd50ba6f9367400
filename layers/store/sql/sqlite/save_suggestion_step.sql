-- Let a suggestion say what its last step says.
UPDATE suggestion SET
    status = :status, decided_at = :at, decided_by = :actor, reason = :reason,
    transaction_id = :transaction_id
WHERE number = :number
