-- The GeoJSON texts from :first to :last, in the order of the file.
SELECT body FROM public_body WHERE seq BETWEEN :first AND :last ORDER BY seq
