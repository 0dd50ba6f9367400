"""Where the records live: the protocol, and one module for each engine."""
