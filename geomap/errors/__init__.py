"""Every named error. Nothing here knows HTTP; `api/problems.py` gives each its status."""

# All of them, so that a new one is written down in one place.
from geomap.errors.asking import *  # noqa: F403
from geomap.errors.base import GeomapError as GeomapError
from geomap.errors.editing import *  # noqa: F403
from geomap.errors.machine import *  # noqa: F403
from geomap.errors.people import *  # noqa: F403
