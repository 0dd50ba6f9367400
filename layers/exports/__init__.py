"""Ways out: one module a format, all in `table.EXPORTS`."""
