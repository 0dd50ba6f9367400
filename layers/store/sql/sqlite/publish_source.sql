-- Let the public know a source as it is now; no change where it knows it so.
INSERT INTO public_source SELECT * FROM source WHERE id = :id
ON CONFLICT (id) DO UPDATE SET
    title = excluded.title,
    publisher = excluded.publisher,
    licence = excluded.licence,
    url = excluded.url,
    as_of = excluded.as_of,
    attribution = excluded.attribution
WHERE
    (title, publisher, licence, url, as_of, attribution)
    IS NOT (
        excluded.title, excluded.publisher, excluded.licence,
        excluded.url, excluded.as_of, excluded.attribution
    )
