-- Keep a source as it is now.
INSERT INTO source (id, title, publisher, licence, url, as_of, attribution)
VALUES (?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (id) DO UPDATE SET
    title = excluded.title,
    publisher = excluded.publisher,
    licence = excluded.licence,
    url = excluded.url,
    as_of = excluded.as_of,
    attribution = excluded.attribution
