-- The rows of :layer that a filter keeps. What stands in braces is its condition, of constants
-- and bound values alone (`layers.cql2.sql`).
SELECT seq FROM public_feature WHERE layer = :layer AND ({condition}) ORDER BY seq
