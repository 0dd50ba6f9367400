-- An account's invitations hold no longer once its password is chosen.
DELETE FROM invitation WHERE account_id = :account_id
