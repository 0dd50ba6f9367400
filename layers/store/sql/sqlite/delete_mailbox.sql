-- The notices of an account go nowhere as mail.
DELETE FROM mailbox WHERE account_id = :account_id
