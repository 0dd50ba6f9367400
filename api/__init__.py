"""The machine's door: HTTP and the command line."""
