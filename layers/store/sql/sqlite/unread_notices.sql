-- How many notices an account has not read.
SELECT count(*) FROM notice WHERE account_id = :account_id AND read = 0
