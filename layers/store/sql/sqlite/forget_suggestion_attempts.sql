-- What no longer counts is kept no longer.
DELETE FROM suggestion_attempt WHERE at <= :day
