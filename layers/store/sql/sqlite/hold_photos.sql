-- Keep those of :ids that there are for a holder.
INSERT INTO photo_hold (holder, photo_id)
SELECT :holder, id FROM photo WHERE id IN (SELECT value FROM json_each(:ids))
