-- End one session.
DELETE FROM session WHERE digest = :digest
