-- What changed in the public projection after :since, oldest first, each feature once.
SELECT seq AS number, layer, id, seq FROM public_feature WHERE seq > :since
UNION ALL
SELECT number, layer, id, NULL FROM public_removal WHERE number > :since
ORDER BY 1
