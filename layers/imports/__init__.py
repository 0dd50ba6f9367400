"""Ways in: readers of files, profiles of registers, and one path from a row to the store."""
