-- Of how many suggestions each of these writes took the last step.
SELECT transaction_id, count(*) FROM suggestion
WHERE transaction_id IN (SELECT value FROM json_each(:ids))
GROUP BY transaction_id
