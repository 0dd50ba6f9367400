"""Whether this process lives, whether it can answer, and how it has done so far."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping

import anyio
import orjson
from anyio import to_thread
from fastapi import Request
from starlette.exceptions import HTTPException
from starlette.responses import Response

from api.depends import Reads
from api.links import JSON
from api.metrics import PROMETHEUS, exposition
from api.negotiate import ONLY_JSON
from api.parameters import FORMAT
from api.router import Router
from api.service import CurrentService, Service
from geomap.settings import sqlite_path

CAP_S = 1.0
LEAST_FREE = 0.05
LEAST_FREE_BYTES = 2**30
"""Below both, the share of the disk and the number of bytes, writes will soon fail."""

router = Router("Health")
_READS = Reads(FORMAT)


@router.get("/livez", "getLiveness", _READS, ONLY_JSON, "health")
def alive() -> Response:
    """Whether the process answers at all."""
    return Response(orjson.dumps({"status": "alive"}), media_type=JSON)


@router.get("/readyz", "getReadiness", _READS, ONLY_JSON, "health")
async def ready(service: CurrentService) -> Response:
    """Whether this process can answer: each check by name, 503 when one fails."""
    checks = dict.fromkeys(CHECKS, f"no answer within {CAP_S:g} s")
    with anyio.move_on_after(CAP_S):
        for name, check in CHECKS.items():
            checks[name] = await to_thread.run_sync(_said, check, service, abandon_on_cancel=True)
    well = all(said == "ok" for said in checks.values())
    body = {"status": "ready" if well else "not ready", "checks": checks}
    headers = {"Cache-Control": "no-store"}
    return Response(orjson.dumps(body), 200 if well else 503, headers, JSON)


@router.get("/metrics", "getMetrics", Reads(), {"text": PROMETHEUS})
def metrics(request: Request, service: CurrentService) -> Response:
    """Counts and durations of answers, for Prometheus; off unless the settings switch it on."""
    if not service.settings.metrics:
        raise HTTPException(404, "Metrics are off; GEOMAP_METRICS=1 switches them on.")
    return Response(exposition(), media_type=PROMETHEUS, headers={"Cache-Control": "no-store"})


def _said(check: Callable[[Service], str], service: Service) -> str:
    try:
        return check(service)
    except Exception as problem:  # whatever it is, the answer is that this process is not ready
        return type(problem).__name__


def _store(service: Service) -> str:
    with service.store.public() as reader:
        reader.version()
    return "ok"


def _disk(service: Service) -> str:
    usage = shutil.disk_usage(sqlite_path(service.settings.store).parent)
    free = usage.free / usage.total
    enough = free > LEAST_FREE or usage.free > LEAST_FREE_BYTES
    return "ok" if enough else f"only {free:.0%} of the disk is free"


CHECKS: Mapping[str, Callable[[Service], str]] = {"store": _store, "disk": _disk}
