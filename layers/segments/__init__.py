"""The public columns as files: written by one process, mapped into memory by all workers."""
