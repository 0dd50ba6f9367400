-- Count the drafts of an account beside this one.
SELECT count(*) FROM draft
WHERE account_id = :account_id AND NOT (layer = :layer AND record = :record)
