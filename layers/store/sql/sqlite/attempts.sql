-- How often it has been tried without success: this account from this address, the address alone,
-- and the account alone.
SELECT
    count(*) FILTER (WHERE key = :key AND address = :address),
    count(*) FILTER (WHERE address = :address),
    count(*) FILTER (WHERE key = :key)
FROM login_attempt WHERE at > :since
