"""CQL2 (OGC 21-065r2): filters read, checked against what may be asked, and evaluated."""
