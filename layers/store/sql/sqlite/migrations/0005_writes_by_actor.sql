-- What a write has changed, and who has written what, without reading all that was ever changed.

CREATE INDEX revision_write ON revision (write_number);

CREATE INDEX write_log_actor ON write_log (actor, number);
