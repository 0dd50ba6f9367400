-- A photo at full size.
SELECT picture FROM photo WHERE id = :id
