-- Remember the number of the latest public change.
UPDATE public_version SET number = :number
