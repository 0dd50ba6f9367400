-- Who has signed in from an address has not failed there.
DELETE FROM login_attempt WHERE key = :key AND address = :address
