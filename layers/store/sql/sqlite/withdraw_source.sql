-- Take a source out of the public projection.
DELETE FROM public_source WHERE id = :id
