-- Forget the files that were kept before :since.
DELETE FROM upload WHERE at < :since
