-- Someone suggests something without an account.
INSERT INTO suggestion_attempt (address, at) VALUES (:address, :now)
