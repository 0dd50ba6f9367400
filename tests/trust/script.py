"""The script that both worlds are driven by: requests of the public, and what happens between."""

import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import chain, zip_longest

import orjson
from shapely import Point, box

from geomap.model import Visibility
from tests.trust.probes import MERGE, PROBES, asks_of
from tests.trust.registers import (
    CANARY,
    CELLED,
    HIDDEN,
    HIDDEN_AT,
    HIDDEN_PHOTO,
    IMATRA,
    LAPPEENRANTA,
    PROBED,
    PUBLIC,
    SECRET_SOURCE,
    hidden_site,
    identity,
    site,
    twins,
)
from tests.trust.worlds import Ask, Pair

ITEMS = "/collections/sites/items"
Event = Callable[[Pair], None]


def _change(pair: Pair, method: str, path: str, body: object = None, **headers: str) -> dict:
    """Have an officer change something hidden over HTTP; return what the answer says."""
    pair.clock.move(seconds=3)
    sent = b"" if body is None else orjson.dumps(body)
    kind = {"content-type": "application/json", **headers}
    answer = pair.within.officer(Ask(path, path, method, kind, sent), worker=pair.turn)
    assert answer.status < 300, (method, path, answer)
    return orjson.loads(answer.body) if answer.body else {}


def edited(pair: Pair) -> None:
    """A hidden site is made, changed and moved over HTTP."""
    feature = {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [28.62, 61.05]},
        "properties": {"names": [{"value": f"{CANARY} new", "lang": "en"}], "kind": "archaeology",
                       "visibility": "hidden"},
    }  # fmt: skip
    _change(pair, "POST", ITEMS, feature, **{"content-type": "application/geo+json"})
    path = f"{ITEMS}/{PROBED[0].id}"
    moved = {"geometry": {"type": "Point", "coordinates": [28.6273, 61.0519]}}
    for change in ({"properties": {"condition": "good"}}, moved):
        _change(pair, "PATCH", path, change, **MERGE)


def restored(pair: Pair) -> None:
    """A hidden site is deleted, brought back, and the deletion of another one undone."""
    for one in PROBED[:2]:
        _change(pair, "DELETE", f"{ITEMS}/{one.id}")
    told = _change(pair, "GET", f"{ITEMS}/{PROBED[0].id}/history")
    _change(pair, "POST", f"{ITEMS}/{PROBED[0].id}/history/1/restore", {})
    told = _change(pair, "GET", f"{ITEMS}/{PROBED[1].id}/history")
    transaction = told["revisions"][-1]["transaction_id"]
    _change(pair, "POST", f"/transactions/{transaction}/undo", {})
    _change(pair, "DELETE", f"{ITEMS}/{HIDDEN[9].id}")


def looked_at(pair: Pair) -> None:
    """Officers look at what is hidden, where the public will ask next."""
    for one in (*PROBED, *HIDDEN[3:6]):
        for path in (f"{ITEMS}/{one.id}", f"{ITEMS}/{one.id}/history", f"/edit/sites/{one.id}",
                     f"/photos/{HIDDEN_PHOTO}", f"/photos/{HIDDEN_PHOTO}/thumbnail"):  # fmt: skip
            pair.within.officer(Ask(path, path), worker=pair.turn)
            pair.within.officer(Ask(path, path), worker=pair.turn + 1)
    for path in (ITEMS, "/collections/sites/export?f=csv", f"/search?q={CANARY}",
                 "/tiles/WebMercatorQuad/0/0/0", "/collections/sites/facets"):  # fmt: skip
        pair.within.officer(Ask(path, path), worker=pair.turn)


def imported(pair: Pair) -> None:
    """Many hidden sites at once, around places that the public asks for."""
    many = (
        hidden_site(f"{CANARY} heap {n} {i}", lng + n * 1e-4, lat, source=SECRET_SOURCE)
        for i, (lng, lat) in enumerate(HIDDEN_AT)
        for n in range(20)
    )
    pair.secretly(*many)


def moved_in_cells(pair: Pair) -> None:
    """A generalised site moves within its cell."""
    for step in (0.0002, 0.0017):
        place = Point(CELLED.geometry.x + step, CELLED.geometry.y + step)
        pair.secretly(replace(CELLED, geometry=place))


def published(pair: Pair) -> None:
    """Public sites come, change and go."""
    pair.publicly(site("New mill", 28.63, 61.05, kind="building", country="FI", rank=55.0))
    pair.publicly(replace(PUBLIC[3], geometry=Point(28.55, 61.02)))
    pair.publicly(PUBLIC[5], delete=True)
    pair.publicly(twins(IMATRA, LAPPEENRANTA))


def hidden(pair: Pair) -> None:
    """Public sites are hidden in the one world and deleted in the other: the public sees one."""
    pair.clock.move(seconds=10)
    gone = (PUBLIC[6], PUBLIC[9], PUBLIC[32])
    pair.without.write(*gone, delete=True)
    pair.within.write(*(replace(one, visibility=Visibility.HIDDEN) for one in gone))
    pair.secretly(
        replace(PUBLIC[6], visibility=Visibility.HIDDEN, geometry=box(28, 61, 28.1, 61.1))
    )


def rebuilt(pair: Pair) -> None:
    """Both compact, and begin anew with what lies in files."""
    for world in pair.both():
        world.rebuild()


EVENTS: tuple[Event, ...] = (
    looked_at, edited, moved_in_cells, imported, published, looked_at, restored, hidden, rebuilt,
    edited, moved_in_cells,
)  # fmt: skip
COUNTED = (Ask("/metrics", "/metrics"), Ask("/readyz", "/readyz"))
"""What all that was asked before may have left its traces in: it is asked at the end, too."""
GONE = [("sites", PUBLIC[n].id) for n in (5, 6, 9, 32)] + [("sites", identity("never"))]


def steps(seed: int, share: float, first: str = "") -> Iterator[Ask | Event]:
    """Yield requests and events between them.

    Args:
        seed: The same gives the same script.
        share: Of all probes of each route, at least six.
        first: Routes that have this in them come before the others, all events done.
    """
    chance = random.Random(seed)
    asks: list[Ask] = []
    for route in PROBES:
        found = asks_of(route, chance)
        count = min(len(found), max(6, int(len(found) * share)))
        asks += chance.sample(found, count)
    asks += [Ask(f"{ITEMS}/gone", f"/collections/{layer}/items/{one}") for layer, one in GONE]
    chance.shuffle(asks)
    if first:
        yield from EVENTS
        yield from sorted(asks, key=lambda ask: first not in ask.route)
        yield from COUNTED
        return
    size = -(-len(asks) // (len(EVENTS) + 1))
    parts = (asks[start : start + size] for start in range(0, len(asks), size))
    for part, event in zip_longest(parts, EVENTS):
        yield from part or ()
        yield from [event] if event else ()
    yield from COUNTED


def differences(pair: Pair, script: Iterator[Ask | Event]) -> Iterator[str]:
    """Drive both worlds; yield each thing by which the public could tell them apart."""
    for step in script:
        if isinstance(step, Ask):
            yield from pair.apart(step)
        else:
            step(pair)


def first_difference(pair: Pair, script: Iterator[Ask | Event]) -> str:
    """Return what tells the worlds apart, as soon as something does; empty when nothing does."""
    return next(chain(differences(pair, script), [""]))
