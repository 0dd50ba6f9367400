-- How many rows, texts, boxes, names and photos the public projection has, and its highest number.
SELECT
    (SELECT count(*) FROM public_feature),
    (SELECT count(*) FROM public_body),
    (SELECT count(*) FROM public_rtree),
    (SELECT count(*) FROM public_name),
    (SELECT count(*) FROM public_photo),
    max(
        (SELECT coalesce(max(seq), 0) FROM public_feature),
        (SELECT coalesce(max(number), 0) FROM public_removal)
    )
