-- One more step of a suggestion.
INSERT INTO suggestion_step (number, step, status, at, actor, reason, transaction_id)
VALUES (
    :number,
    (SELECT count(*) FROM suggestion_step WHERE number = :number),
    :status, :at, :actor, :reason, :transaction_id
)
