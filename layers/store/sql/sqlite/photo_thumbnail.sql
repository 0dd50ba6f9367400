-- A photo at a small size.
SELECT thumbnail FROM photo WHERE id = :id
