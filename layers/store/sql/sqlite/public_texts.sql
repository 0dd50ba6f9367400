-- The GeoJSON texts of :seqs, in the order of the file.
SELECT body FROM public_body WHERE seq IN (SELECT value FROM json_each(:seqs)) ORDER BY seq
