-- How many features and revisions there are, and how many the log of writes says.
SELECT
    (SELECT count(*) FROM feature),
    (SELECT total(created) - total(deleted) FROM write_log),
    (SELECT count(*) FROM revision),
    (SELECT total(created) + total(updated) + total(deleted) FROM write_log)
