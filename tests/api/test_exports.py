"""Exports over HTTP: whole, named, streamed, and flat in memory."""

import socket
import tempfile
import threading
import time
import tracemalloc
from contextlib import contextmanager

import pytest
import uvicorn
from starlette.testclient import TestClient

from api.app import create_app
from geomap.settings import Settings
from layers.exports import gdal
from layers.exports.options import Options
from layers.exports.table import EXPORTS
from layers.snapshot import Follower
from layers.store.engines import open_store


def records(answer):
    assert answer.status_code == 200, answer.text
    return {one["properties"]["record_id"] for one in answer.json()["features"]}


def test_an_export_is_everything_in_one_file(world, make):
    answer = world.get("/collections/sites/export", params={"f": "geojson"})
    assert answer.headers["content-type"] == "application/geo+json"
    assert answer.headers["content-disposition"] == 'attachment; filename="sites.geojson"'
    assert len(records(answer)) == make.public_sites
    assert "Secret" not in answer.text


def test_an_export_says_its_sources_and_licences(world, make):
    [source] = world.get("/collections/sites/export").json()["sources"]
    assert source["licence"] == make.source.licence


def test_an_export_takes_the_filters_of_items(world):
    found = world.get(
        "/collections/sites/export", params={"kind": "defence", "bbox": "20,50,30,70"}
    )
    assert records(found) == {"Castle"}


def test_a_format_that_there_is_not_is_refused_with_those_there_are(world):
    answer = world.get("/collections/sites/export", params={"f": "shp"})
    assert answer.status_code == 400
    assert all(name in answer.json()["detail"] for name in EXPORTS)


def test_a_refusal_comes_before_the_first_byte(world):
    answer = world.get("/collections/sites/export", params={"within_km": "5"})
    assert answer.status_code == 400


def test_a_stream_begins_before_it_is_read_to_the_end(tmp_path, make):
    """Half-way through, other requests are answered and a write is taken."""
    settings = Settings(store=f"sqlite:///{tmp_path / 'geomap.db'}")
    many = [make.site(f"Site {n}", n % 170, n % 80, type_text="x" * 400) for n in range(3000)]
    store = open_store(settings.store)
    make.put_all(store, *many)
    with TestClient(create_app(settings)) as client:
        response = client.get("/collections/sites/export")
        assert len(response.json()["features"]) == len(many)
        app = client.app
        with app.state.service.follower.reading() as (snapshot, reader):
            table = snapshot.tables["sites"]
            rows = table.positions([one.id for one in many])
            pieces = EXPORTS["geojson"].write(snapshot, reader, table, rows, Options())
            first = next(pieces)
            make.put_all(store, make.site("Late", 1, 1))
            rest = sum(len(piece) for piece in pieces)
        assert len(first) + rest == len(response.content)
    store.close()


@pytest.mark.parametrize("name", ["geojson", "geojsonseq"])
def test_memory_stays_flat_while_an_export_streams(tmp_path, make, name):
    settings = Settings(store=f"sqlite:///{tmp_path / 'geomap.db'}")
    many = [make.site(f"Site {n}", n % 170, n % 80, type_text="x" * 2000) for n in range(8000)]
    store = open_store(settings.store)
    make.put_all(store, *many)
    del many
    with Follower(store).reading() as (snapshot, reader):
        table = snapshot.tables["sites"]
        rows = table.positions(table.frame["id"])
        tracemalloc.start()
        pieces = EXPORTS[name].write(snapshot, reader, table, rows, Options())
        size = sum(len(piece) for piece in pieces)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    store.close()
    assert size > 16e6
    assert peak < 8e6


@pytest.mark.parametrize("export", EXPORTS.values(), ids=EXPORTS)
def test_each_format_goes_out_under_its_name(world, export):
    answer = world.get("/collections/twins/export", params={"f": export.name})
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith(export.media_type)
    assert answer.headers["content-disposition"] == (f'attachment; filename="twins{export.suffix}"')
    assert len(answer.content) > 1000
    held = {"If-None-Match": answer.headers["etag"]}
    again = world.get("/collections/twins/export", params={"f": export.name}, headers=held)
    assert again.status_code == 304


def test_a_collection_links_to_its_exports_in_every_format(world):
    links = world.get("/collections/sites").json()["links"]
    offered = {link["type"]: link["href"] for link in links if link["rel"] == "enclosure"}
    assert set(offered) == {export.media_type for export in EXPORTS.values()}
    assert all(world.get(href).status_code == 200 for href in offered.values())


def test_a_file_is_in_the_reference_system_asked_for(world):
    asked = {"f": "csv", "crs": "EPSG:3067", "kind": "landscape"}
    answer = world.get("/collections/sites/export", params=asked)
    [header, *lines] = answer.text.splitlines()
    assert header.endswith('"easting","northing","wkt"')
    assert any("POINT (595" in line for line in lines)


def test_csv_begins_as_excel_wants_it_when_asked(world):
    answer = world.get("/collections/sites/export", params={"f": "csv", "bom": "true"})
    assert answer.content.startswith(b"\xef\xbb\xbf")


@pytest.mark.parametrize(
    "asked",
    [
        {"f": "gpkg", "crs": "EPSG:9999"},
        {"f": "geojson", "crs": "EPSG:3067"},
        {"f": "gpkg", "bom": "true"},
        {"f": "csv", "bom": "yes"},
    ],
)
def test_a_wish_that_a_format_cannot_meet_is_refused(world, asked):
    answer = world.get("/collections/sites/export", params=asked)
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"


def test_too_many_files_at_once_are_asked_to_come_again(world, monkeypatch):
    monkeypatch.setattr(gdal, "_slots", threading.BoundedSemaphore(1))
    assert world.get("/collections/sites/export", params={"f": "gpkg"}).status_code == 200
    with gdal._slots:
        answer = world.get("/collections/sites/export", params={"f": "gpkg"})
    assert answer.status_code == 503
    assert answer.headers["retry-after"]
    assert world.get("/collections/sites/export", params={"f": "fgb"}).status_code == 200


@pytest.mark.parametrize("name", ["gpkg", "fgb", "csv"])
def test_a_client_that_goes_away_leaves_nothing_behind(tmp_path, make, monkeypatch, name):
    """Over a real connection: no temporary file, no program, no reader of the store."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    settings = Settings(store=f"sqlite:///{tmp_path / 'geomap.db'}")
    store = open_store(settings.store)
    make.put_all(
        store, *(make.site(f"S {n}", 1, n / 100, type_text="x" * 5000) for n in range(4000))
    )
    with _served(create_app(settings)) as port:
        with socket.create_connection(("127.0.0.1", port)) as client:
            asked = f"GET /collections/sites/export?f={name} HTTP/1.1\r\nHost: localhost\r\n\r\n"
            client.sendall(asked.encode())
            assert client.recv(12) == b"HTTP/1.1 200"
            begun = list(folder.iterdir())
        assert bool(begun) == (name != "csv")
        # The folder goes first, the slot a moment later, in a thread of the server's.
        until = time.monotonic() + 20
        while time.monotonic() < until:
            left = [*folder.iterdir()], gdal.AT_ONCE - gdal._slots._value
            if left == ([], 0):
                break
            time.sleep(0.05)
        assert left == ([], 0)
    store.close()


@contextmanager
def _served(app):
    config = uvicorn.Config(app, host="127.0.0.1", port=0, log_level="warning", http="httptools")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    try:
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        thread.join()
