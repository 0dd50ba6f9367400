-- An account has no feed any more.
DELETE FROM feed WHERE account_id = :account_id
