-- The sources that published features name.
SELECT id, title, publisher, licence, url, as_of, attribution FROM public_source
