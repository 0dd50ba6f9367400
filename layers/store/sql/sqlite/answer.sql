-- What this actor wrote under this key, and the answer to it.
SELECT digest, answer FROM idempotency WHERE actor = :actor AND key = :key
