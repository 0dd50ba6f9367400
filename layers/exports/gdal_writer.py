"""A program of its own: an Arrow stream on standard input, one file by GDAL out.

In its own process GDAL can neither touch the store's file, nor hold up a server's other
requests, nor take the server down with it. It imports no room of the house: it starts fast and
knows nothing but what it is given, which is in the metadata of the stream.
"""

from __future__ import annotations

import json
import sys
import warnings

PLAN = "geomap"


def main(path: str) -> None:
    """Write the features of standard input, and beside them their sources where that goes."""
    # pyogrio looks for it but writes Arrow without; it would double the time to start.
    sys.modules["geopandas"] = None  # type: ignore[assignment]
    import pyarrow as pa
    import pyogrio

    with pa.ipc.open_stream(sys.stdin.buffer) as features:
        plan = json.loads(features.schema.metadata[PLAN.encode()])
        pyogrio.write_arrow(features, path, driver=plan["driver"], **plan["features"])
    if plan["sources"]:
        sources = pa.Table.from_pylist(plan["sources"])
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a table without geometry has no reference system
            pyogrio.write_arrow(sources, path, driver=plan["driver"], layer="sources", append=True)


if __name__ == "__main__":
    main(sys.argv[1])
