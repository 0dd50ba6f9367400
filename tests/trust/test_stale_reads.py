"""What one worker has acknowledged, every worker shows at once, in whatever way it is asked."""

import gzip
import random
from collections import Counter
from contextlib import ExitStack, closing

import pytest

from geomap.grid import tile_at

ZOOM = 14


def told_by_item(client, trial, site):
    answer = client.get(f"{trial.items}/{site['id']}")
    return site["name"] in answer.body.decode() if answer.status == 200 else None


def told_by_tile(client, trial, site):
    tile = tile_at(*site["place"], ZOOM)
    answer = client.get(f"/collections/sites/tiles/{tile.z}/{tile.x}/{tile.y}.pbf")
    shown = site["name"].encode() in answer.body
    return shown if site["id"].encode() in answer.body or shown else None


def told_by_count(client, trial, site):
    lng, lat = site["place"]
    box = f"{lng - 1e-5},{lat - 1e-5},{lng + 1e-5},{lat + 1e-5}"
    answer = client.get(f"{trial.items}?limit=10&bbox={box}")
    found = [one for one in answer.json["features"] if one["id"] == site["id"]]
    assert answer.json["numberMatched"] == len(answer.json["features"])
    return site["name"] in str(found[0]) if found else None


def told_by_search(client, trial, site):
    hits = client.get(f"/search?q={site['name']}").json
    return True if site["id"] in str(hits) else None


def told_by_export(client, trial, site):
    answer = client.get("/collections/sites/export?f=csv")
    body = answer.body
    text = (gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body).decode("utf-8-sig")
    lines = [line for line in text.splitlines() if site["id"] in line]
    return site["name"] in lines[0] if lines else None


WAYS = (told_by_item, told_by_tile, told_by_count, told_by_search, told_by_export)


def write(client, trial, chance, site, number):
    """Create, rename, move or delete the site; return how it is from now on."""
    name = f"Site{number}x{chance.getrandbits(24):06x}"
    place = [round(chance.uniform(20, 30), 5), round(chance.uniform(55, 65), 5)]
    whole = {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": place},
        "properties": {"names": trial.names(name), "visibility": "public"},
    }
    if site is None:
        answer = client.ask("POST", trial.items, whole, trial.geojson)
        assert answer.status == 201
        made = answer.headers["Location"].rsplit("/", 1)[1]
        return {"id": made, "name": name, "place": place, "is_there": True}
    path = f"{trial.items}/{site['id']}"
    if number % 5 == 4:
        assert client.ask("DELETE", path).status == 204
        return {**site, "is_there": False}
    if number % 5 == 3:
        whole["properties"]["visibility"] = "hidden"
    assert client.ask("PUT", path, whole, trial.geojson).status == 204
    is_there = whole["properties"]["visibility"] == "public"
    return {"id": site["id"], "name": name, "place": place, "is_there": is_there}


def stale_of(server, trial, reads, *, late=False):
    """Write, and read after each write from each worker in each way; return (stale, of each way).

    With `late`, what is asked for is what the next write would make: all must be found stale.
    """
    chance, site, stale, asked = random.Random(5), None, [], Counter()
    with ExitStack() as stack:
        writer = stack.enter_context(closing(server.client()))
        workers = server.each_worker()
        readers = [stack.enter_context(closing(one)) for one in workers.values()]
        for reader in readers:
            reader.token = ""
        number = 0
        while asked.total() < reads:
            before, site = site, write(writer, trial, chance, site, number)
            number += 1
            expected = before if late and before else site
            for reader in readers:
                for way in WAYS:
                    asked[way.__name__] += 1
                    if way(reader, trial, expected) is not (True if expected["is_there"] else None):
                        stale.append((way.__name__, number))
            site = site if site["is_there"] or number % 5 else None
    return stale, asked


@pytest.mark.slow
def test_no_worker_shows_what_was_before_an_acknowledged_write(
    serving, trial, size, figure, tmp_path
):
    with serving(tmp_path / "geomap.db") as server:
        stale, asked = stale_of(server, trial, size(600, 10_000))
    assert stale == []
    figure(f"{asked.total()} reads over two workers, 0 stale ({dict(asked)})")


def test_a_stale_read_would_be_noticed(serving, trial, tmp_path):
    with serving(tmp_path / "geomap.db", workers=1) as server:
        stale, _ = stale_of(server, trial, 60, late=True)
    assert {way for way, _ in stale} == {way.__name__ for way in WAYS}
