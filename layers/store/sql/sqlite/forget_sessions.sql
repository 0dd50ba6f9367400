-- Sessions that have run out are kept no longer.
DELETE FROM session WHERE seen_at <= :idle_since OR opened_at <= :opened_since
