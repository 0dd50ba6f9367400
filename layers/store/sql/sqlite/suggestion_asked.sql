-- What tells the request that suggested something from others.
SELECT asked FROM suggestion WHERE id = :id
