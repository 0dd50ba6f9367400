"""Pages of 1,000 features over HTTP, against tipg and pygeoapi: `python benchmarks/pages.py`.

Boxes about dense places; one process each, wrk on one thread, servers in turn, medians of the
rounds. Nobody compresses. What a page holds is printed: ours has all that is known of a feature,
names, licence and source among it; the peers' has its geometry and twelve attributes.
"""

from __future__ import annotations

import json
import subprocess
import urllib.request
from contextlib import ExitStack
from typing import Any

import numpy as np
from common import http
from common.cluster import Cluster, cluster
from common.data import WORK, opened
from common.peers import BENCHMARKS, HOME, PYTHON, environment
from common.report import Report, say_versions, sizes
from serve import in_turn

from geomap.places import Bounds
from layers.query import Query, select
from layers.snapshot import Snapshot

BOXES, PAGE = 40, 1000
HALF_DEGREES = 1.5
"""Half the edge of a box among a million sites; wider where there are fewer."""
PEERS = BENCHMARKS / "peers"


def main() -> None:
    """Print pages a second and milliseconds."""
    say_versions()
    with cluster() as server:
        for size in sizes():
            with opened(size) as (_, _, snapshot):
                table = server.load(size, "sites")
                boxes = dense(snapshot)
            measure(Report("pages", size), server, table, boxes)


def dense(snapshot: Snapshot) -> list[str]:
    """Return boxes in Europe that hold a page of sites, as requests write them."""
    table = snapshot.tables["sites"]
    lnglats = table.lnglats()
    half = HALF_DEGREES * (1_000_000 / len(table)) ** 0.5
    rng, found = np.random.default_rng(5), []
    for lng, lat in lnglats[rng.permutation(len(lnglats))[: 50 * BOXES]]:
        box = [lng - half, lat - half, lng + half, lat + half]
        if -10 < lng < 30 and 36 < lat < 60:
            rows = select(table, Query(bbox=Bounds(*map(float, box))))
            found += [",".join(f"{part:.4f}" for part in box)] if len(rows) >= PAGE else []
        if len(found) == BOXES:
            break
    return found


def measure(report: Report, server: Cluster, table: str, boxes: list[str]) -> None:
    """Start all servers, see that each sends whole pages, and ask them in turn."""
    asked = f"/items?limit={PAGE}&bbox="
    with ExitStack() as stack:
        servers = [
            stack.enter_context(http.geomap(report.size, paths("sites", asked, boxes), "geomap")),
            stack.enter_context(http.tipg(server.url, paths(f"public.{table}", asked, boxes))),
            stack.enter_context(pygeoapi(server, table, paths("sites", asked, boxes))),
        ]
        for one in servers:
            text = urllib.request.urlopen(one.url + one.paths[0]).read()
            found = json.loads(text)["features"]
            assert len(found) == PAGE, (one.name, len(found))
            report.figure(f"{one.name}: bytes a page", len(text))
            report.figure(f"{one.name}: properties of a feature", len(found[0]["properties"]))
        in_turn(report, f"pages of {PAGE:,} features, c=4", servers, 4)
    report.save()


def paths(collection: str, asked: str, boxes: list[str]) -> list[str]:
    """Return the pages of a collection, one a box."""
    return [f"/collections/{collection}{asked}{box}" for box in boxes]


def pygeoapi(server: Cluster, table: str, asked: list[str]) -> Any:
    """Return pygeoapi on the same table, under gunicorn as its manual says."""
    port, config, document = http.free_port(), WORK / "pygeoapi.yml", WORK / "openapi.yml"
    login, _, place = server.url.removeprefix("postgresql://").partition("@")
    host, _, rest = place.partition(":")
    values = {"PORT": port, "DB_HOST": host, "DB_PORT": rest.split("/")[0], "USER": login,
              "TABLE": table, "PAGE": PAGE}  # fmt: skip
    text = (PEERS / "pygeoapi.yml").read_text("utf-8")
    for name, value in values.items():
        text = text.replace(f"${name}$", str(value))
    config.write_text(text, "utf-8")
    env = {"PYGEOAPI_CONFIG": str(config), "PYGEOAPI_OPENAPI": str(document)}
    subprocess.run(
        [HOME / "bin" / "pygeoapi", "openapi", "generate", config, "--output-file", document],
        check=True, env=environment(**env), stdout=subprocess.DEVNULL,
    )  # fmt: skip
    command = [PYTHON, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}", "--log-level", "error",
               "pygeoapi.flask_app:APP"]  # fmt: skip
    return http.running(command, port, asked, "pygeoapi", **env)


if __name__ == "__main__":
    main()
