-- Keep a photo that no record names yet.
INSERT INTO photo (id, at, actor, width, height, thumbnail, picture)
VALUES (:id, :at, :actor, :width, :height, :thumbnail, :picture)
