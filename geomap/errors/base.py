"""What every named error is."""

from __future__ import annotations


class GeomapError(Exception):
    """Something that can be said to the person who asked. `problem` names it in a URI."""

    problem = "error"
