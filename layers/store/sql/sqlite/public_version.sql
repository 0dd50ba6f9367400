-- The number of the latest public change.
SELECT number FROM public_version
