"""Words and rules of the map: records, vocabularies, places, time, status, errors, settings."""

__version__ = "0.1.0"
