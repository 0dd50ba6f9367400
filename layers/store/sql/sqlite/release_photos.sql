-- Let go of the photos that a holder held.
DELETE FROM photo_hold WHERE holder = :holder
