"""Files written and read as the usual libraries do it."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

BOX = (2.0, 48.0, 3.0, 49.0)
"""Paris and what is about it, degrees."""


def prepare(csv: str, folder: str) -> dict[str, str]:
    """Return the same rows as a GeoParquet file and as a GeoPackage, made where they are not."""
    files = {suffix: Path(folder) / f"sites.{suffix}" for suffix in ("parquet", "gpkg")}
    if not all(path.exists() for path in files.values()):
        frame = _frame(csv)
        frame.to_parquet(files["parquet"])
        frame.to_file(files["gpkg"], layer="sites", engine="pyogrio", VERSION="1.2")
    return {suffix: str(path) for suffix, path in files.items()}


def copied(source: str, folder: str) -> dict[str, str]:
    """Return what our own GeoParquet holds as files of the peers, made where they are not.

    `whole` has every column; the others leave out those that hold nothing.
    """
    import geopandas

    files = {"whole": "whole.parquet", "parquet": "all.parquet", "gpkg": "all.gpkg"}
    paths = {name: Path(folder) / file for name, file in files.items()}
    if not all(path.exists() for path in paths.values()):
        frame = geopandas.read_parquet(source).set_crs("EPSG:4326", allow_override=True)
        frame["as_of"] = frame["as_of"].astype(str)
        frame.to_parquet(paths["whole"])
        frame = frame.drop(columns=["lng", "lat"]).dropna(axis="columns", how="all")
        frame.to_parquet(paths["parquet"])
        frame.to_file(paths["gpkg"], layer="sites", engine="pyogrio", VERSION="1.2")
    return {name: str(path) for name, path in paths.items()}


def _frame(csv: str) -> Any:
    import geopandas
    import pandas as pd

    table = pd.read_csv(csv, dtype_backend="numpy_nullable")
    points = geopandas.GeoSeries.from_wkb(table.pop("wkb"), crs="OGC:CRS84")
    for name in table.select_dtypes("Int64"):
        table[name] = table[name].astype("float64")
    texts = dict.fromkeys(table.select_dtypes("string"), object)
    return geopandas.GeoDataFrame(table.astype(texts), geometry=points)


def export(engine: str, files: dict[str, str], target: str, url: str, table: str) -> dict[str, Any]:
    """Write all rows with one engine; return seconds, those of the processor, MB of the file.

    Libraries that hold a table in memory are timed from there, as our server is; the others
    read from where they keep theirs. The process should be a fresh one.
    """
    path = Path(target)
    path.unlink(missing_ok=True)
    ready = READY[engine](files, url)
    worked, start = worked_s(), time.perf_counter()
    WRITTEN[engine](ready, path, table)
    return {
        "s": time.perf_counter() - start,
        # A database works in processes of its own.
        "cpu": worked_s() - worked if "PostGIS" not in engine else 0.0,
        "mb": path.stat().st_size / 1e6,
    }


def worked_s() -> float:
    """Return seconds of the processor of this process and of those that it has waited for."""
    return sum(os.times()[:4])


def _loaded(files: dict[str, str], _url: str) -> Any:
    import geopandas

    return geopandas.read_parquet(files["parquet"])


def _whole(files: dict[str, str], _url: str) -> Any:
    import geopandas

    return geopandas.read_parquet(files["whole"])


def _arrow(files: dict[str, str], _url: str) -> Any:
    from pyarrow import parquet

    return parquet.read_table(files["parquet"])


def _duckdb(files: dict[str, str], _url: str) -> Any:
    import duckdb

    connection = duckdb.connect()
    import duckdb_extensions

    duckdb_extensions.import_extension("spatial")
    connection.execute("LOAD spatial; SET threads TO 2")
    connection.execute(f"CREATE TABLE sites AS SELECT * FROM '{files['parquet']}'")
    return connection


def _duckdb_json(connection: Any, path: Path, _table: str) -> None:
    names = [row[0] for row in connection.execute("DESCRIBE sites").fetchall()]
    told = ", ".join(f"'{name}': {name}" for name in names if name != "geometry")
    feature = "{'type': 'Feature', 'geometry': ST_AsGeoJSON(geometry)::JSON, 'properties': "
    connection.execute(
        f"COPY (SELECT to_json({feature}{{{told}}}}}) FROM sites) TO '{path}' "
        "(FORMAT csv, HEADER false, QUOTE '', ESCAPE '', DELIMITER '\x01')"
    )


def _ogr2ogr(driver: str) -> Callable[[Any, Path, str], None]:
    def write(source: Any, path: Path, _table: str) -> None:
        subprocess.run([shutil.which("ogr2ogr"), "-f", driver, path, source], check=True)

    return write


def _psql(url: str, path: Path, table: str) -> None:
    sql = f"SELECT ST_AsGeoJSON(t, 'geom', 7) FROM {table} AS t"
    subprocess.run(
        [shutil.which("psql"), "-q", url, "-c", f"\\copy ({sql}) TO '{path}'"], check=True
    )


def _text(frame: Any, path: Path, _table: str) -> None:
    path.write_text(frame.to_json(), "utf-8")


def _pyogrio(driver: str) -> Callable[[Any, Path, str], None]:
    def write(frame: Any, path: Path, _table: str) -> None:
        frame.to_file(path, driver=driver, engine="pyogrio")

    return write


def _write_arrow(table: Any, path: Path, _table: str) -> None:
    import pyogrio

    how = {"geometry_name": "geometry", "geometry_type": "Point", "crs": "EPSG:4326"}
    pyogrio.write_arrow(table, path, driver="GeoJSON", **how)


def _csv(frame: Any, path: Path, _table: str) -> None:
    columns = frame.drop(columns="geometry")
    columns.assign(lng=frame.geometry.x, lat=frame.geometry.y).to_csv(path, index=False)


FILLED = ", filled columns"
WRITTEN: dict[str, Callable[[Any, Path, str], Any]] = {
    "geojson: geopandas.to_json": _text,
    "geojson: geopandas.to_file": _pyogrio("GeoJSON"),
    "geojson: pyogrio.write_arrow": _write_arrow,
    "geojson: DuckDB to_json": _duckdb_json,
    "geojson: ogr2ogr": _ogr2ogr("GeoJSON"),
    "geojson: PostGIS COPY": _psql,
    "gpkg: geopandas": _pyogrio("GPKG"),
    f"gpkg: ogr2ogr{FILLED}": _ogr2ogr("GPKG"),
    "fgb: geopandas": _pyogrio("FlatGeobuf"),
    f"fgb: ogr2ogr{FILLED}": _ogr2ogr("FlatGeobuf"),
    "csv: geopandas": _csv,
    "parquet: geopandas": lambda frame, path, _: frame.to_parquet(path),
}
_TABLES = ("gpkg", "fgb", "csv", "parquet")
WRITTEN |= {f"{name}: geopandas{FILLED}": WRITTEN[f"{name}: geopandas"] for name in _TABLES}
READY: dict[str, Callable[[dict[str, str], str], Any]] = {
    "geojson: geopandas.to_json": _loaded,
    "geojson: geopandas.to_file": _loaded,
    "geojson: pyogrio.write_arrow": _arrow,
    "geojson: DuckDB to_json": _duckdb,
    "geojson: ogr2ogr": lambda files, _: files["gpkg"],
    "geojson: PostGIS COPY": lambda _, url: url,
    **{f"{name}: geopandas": _whole for name in _TABLES},
    **{f"{name}: geopandas{FILLED}": _loaded for name in _TABLES},
    f"gpkg: ogr2ogr{FILLED}": lambda files, _: files["gpkg"],
    f"fgb: ogr2ogr{FILLED}": lambda files, _: files["gpkg"],
}


def first_answer(kind: str, path: str) -> dict[str, float]:
    """Open a file in this fresh process and answer one box; return seconds and MB."""
    start = time.perf_counter()
    import geopandas

    frame = (
        geopandas.read_parquet(path) if kind == "parquet"
        else geopandas.read_file(path, use_arrow=kind == "gpkg, Arrow")
    )  # fmt: skip
    len(frame.iloc[frame.sindex.query(_box())])
    seconds = time.perf_counter() - start
    return {"s": seconds, "pid": os.getpid()}


def _box() -> Any:
    import shapely

    return shapely.box(*BOX)


def rebuilt_index(path: str, rounds: int) -> dict[str, list[float]]:
    """Return milliseconds that one edit costs those who build an index over all rows anew."""
    import geopandas
    import pandas as pd
    import shapely

    frame = geopandas.read_parquet(path)
    answer: dict[str, list[float]] = {"STRtree rebuilt": [], "geopandas concat and sindex": []}
    for _ in range(rounds):
        start = time.perf_counter()
        shapely.STRtree(frame.geometry.to_numpy()).query(_box())
        answer["STRtree rebuilt"].append((time.perf_counter() - start) * 1000)
        start = time.perf_counter()
        longer = pd.concat([frame, frame.iloc[:1]], ignore_index=True)
        longer.iloc[longer.sindex.query(_box())]
        answer["geopandas concat and sindex"].append((time.perf_counter() - start) * 1000)
    return answer
