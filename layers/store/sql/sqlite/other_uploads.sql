-- How many files there are beside one.
SELECT count(*) FROM upload WHERE id <> :id
