-- An account has read its notices up to a number.
UPDATE notice SET read = 1 WHERE account_id = :account_id AND read = 0 AND number <= :upto
