-- Someone tries to sign in.
INSERT INTO login_attempt (key, address, at) VALUES (:key, :address, :now)
