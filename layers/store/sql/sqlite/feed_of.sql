-- Since when an account has a feed.
SELECT at FROM feed WHERE account_id = :account_id
