"""The smallest server of tiles that people write: FastAPI, a pool, ST_AsMVT."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
from fastapi import FastAPI, Response
from postgis import MOST_ROWS

QUERY = f"""
SELECT ST_AsMVT(t, 'layer', 4096, 'geom') FROM (
  SELECT ST_AsMVTGeom(geom, ST_TileEnvelope($1, $2, $3), 4096, 0, true) AS geom,
  {os.environ["COLUMNS"]} FROM {os.environ["TABLE"]}
  WHERE geom && ST_TileEnvelope($1, $2, $3) LIMIT {MOST_ROWS}
) t WHERE geom IS NOT NULL
"""


@asynccontextmanager
async def _pool(app: FastAPI) -> AsyncIterator[None]:
    async with asyncpg.create_pool(os.environ["DATABASE_URL"], min_size=4, max_size=4) as pool:
        app.state.pool = pool
        yield


app = FastAPI(lifespan=_pool)


@app.get("/{z}/{x}/{y}")
async def tile(z: int, x: int, y: int) -> Response:
    """Return one tile."""
    body = await app.state.pool.fetchval(QUERY, z, x, y)
    return Response(body, media_type="application/vnd.mapbox-vector-tile")
