-- How often something has been suggested without an account: from an address, and by all.
SELECT
    (SELECT count(*) FROM suggestion_attempt WHERE address = :address AND at > :window),
    (SELECT count(*) FROM suggestion_attempt WHERE at > :day)
