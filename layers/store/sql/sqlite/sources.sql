-- Every source.
SELECT id, title, publisher, licence, url, as_of, attribution FROM source
