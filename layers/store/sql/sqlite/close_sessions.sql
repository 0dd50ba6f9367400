-- End all sessions of an account.
DELETE FROM session WHERE account_id = :account_id
