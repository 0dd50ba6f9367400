"""A program of its own: an Arrow stream on standard input, one file by GDAL out.

In its own process GDAL can neither touch the store's file, nor hold up a server's other
requests, nor take the server down with it. It imports no room of the house: it starts fast and
knows nothing but what it is given, which is in the metadata of the stream. A second stream may
follow: the sources.
"""

from __future__ import annotations

import json
import sys
import warnings

PLAN = "geomap"


UNUSED = ("geopandas", "pandas", "pyproj", "shapely")
"""What pyogrio looks for, but writes Arrow without: together most of the time to start."""
OPTIONS = {"OGR_SQLITE_SYNCHRONOUS": "OFF", "OGR_SQLITE_JOURNAL": "OFF"}
"""A file that nobody reads before it is whole need not survive a loss of power."""


def main(path: str) -> None:
    """Write the features of standard input, and beside them their sources where that goes."""
    for name in UNUSED:
        sys.modules[name] = None  # type: ignore[assignment]
    import pyarrow as pa
    import pyogrio

    for name in UNUSED:
        del sys.modules[name]
    with pa.ipc.open_stream(sys.stdin.buffer) as features:
        plan = json.loads(features.schema.metadata[PLAN.encode()])
        pyogrio.set_gdal_config_options(OPTIONS | plan["config"])
        pyogrio.write_arrow(features, path, driver=plan["driver"], **plan["features"])
    if not plan["sources"]:
        return
    with pa.ipc.open_stream(sys.stdin.buffer) as sources, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a table without geometry has no reference system
        pyogrio.write_arrow(sources, path, driver=plan["driver"], layer="sources", append=True)


if __name__ == "__main__":
    main(sys.argv[1])
