"""The seed: its tables, where they come from (SOURCES.md), and the one call that loads them."""
