-- Let the search find a row by a name.
INSERT INTO public_name (rowid, folded, name) VALUES (?, ?, ?)
