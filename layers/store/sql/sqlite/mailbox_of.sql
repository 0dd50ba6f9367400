-- Where the notices of an account go as mail; nowhere while it is disabled.
SELECT mailbox.address, mailbox.lang
FROM mailbox JOIN account ON account.id = mailbox.account_id
WHERE mailbox.account_id = :account_id AND account.disabled = 0
