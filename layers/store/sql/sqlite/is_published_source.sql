-- Whether a published feature names a source.
SELECT EXISTS (SELECT 1 FROM public_feature WHERE source_id = :id)
