-- Forget a file of an account.
DELETE FROM upload WHERE id = :id AND account = :account
