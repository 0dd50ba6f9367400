-- Attempts that no longer count are kept no longer.
DELETE FROM login_attempt WHERE at <= :since
