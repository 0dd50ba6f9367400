"""A server of its own for each trial, those who write to it, and the figures that come of it."""

import os
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple

import pytest

from geomap.settings import Settings
from layers.store.engines import open_store
from tests.trust.servers import BROKEN, PATIENCE_S, TOKEN, Client, Server

WHOLE = os.environ.get("GEOMAP_TRUST") == "whole"
"""Whether trials are as large as docs/trust.md states: `make trust`. In the suite they are less."""
ITEMS = "/collections/sites/items"
GEOJSON = {"Content-Type": "application/geo+json"}
PATCH = {"Content-Type": "application/merge-patch+json"}
FIGURE = "figure"


class Ack(NamedTuple):
    """What a server has said is done."""

    at: float
    """By the monotonic clock, when the answer was there."""
    kind: str
    id: str
    mark: str
    """The comment of the change, which no other change has."""
    name: str | None
    """What the record is called after it; None: nothing, or not known to the one who asked."""


class Writer(threading.Thread):
    """One client that creates, replaces, patches, deletes and undoes until its server is gone."""

    def __init__(self, server: Server, seed: int, acks: list[Ack]):
        super().__init__(daemon=True)
        self.port, self.acks, self.seed = server.port, acks, seed
        self.chance = random.Random(seed)
        self.own: list[str] = []
        self.gone = threading.Event()
        self.refusals: Counter[int] = Counter()
        self.count = 0

    def run(self):
        with closing(Client(self.port)) as client:
            while not self.gone.is_set():
                try:
                    self.once(client)
                except BROKEN:
                    client.close()
                    self.gone.wait(0.02)

    def once(self, client):
        self.count += 1
        mark = f"{self.seed}-{self.count}-{self.chance.getrandbits(32):08x}"
        kind = "POST" if len(self.own) < 5 else self.chance.choice(KINDS)
        getattr(self, f"do_{kind.lower()}")(client, mark, {"Change-Comment": mark})

    def do_post(self, client, mark, said):
        if self.chance.random() < 0.5:
            said["Idempotency-Key"] = mark
        answer = client.ask("POST", ITEMS, feature(mark, self.chance), {**GEOJSON, **said})
        if self._done(answer, "POST", mark, mark):
            self.own.append(self.acks[-1].id)

    def do_put(self, client, mark, said):
        path = self._one()
        answer = client.ask("PUT", path, feature(mark, self.chance), {**GEOJSON, **said})
        self._done(answer, "PUT", mark, mark, path)

    def do_patch(self, client, mark, said):
        path = self._one()
        change = {"properties": {"names": names(mark)}}
        self._done(client.ask("PATCH", path, change, {**PATCH, **said}), "PATCH", mark, mark, path)

    def do_delete(self, client, mark, said):
        path = self._one()
        if self._done(client.ask("DELETE", path, None, said), "DELETE", mark, None, path):
            self.own.remove(path.rsplit("/", 1)[1])

    def do_undo(self, client, mark, said):
        path = self._one()
        answer = client.get(f"{path}/history")
        if answer.status != 200:
            self.refusals[answer.status] += 1
            return
        past = answer.json["revisions"]
        # The first revision stays, or the record would be gone.
        if len(past) > 1:
            undo = f"/transactions/{past[-1]['transaction_id']}/undo"
            self._done(client.ask("POST", undo, None, said), "undo", mark, None, path)

    def _one(self):
        return f"{ITEMS}/{self.chance.choice(self.own)}"

    def _done(self, answer, kind, mark, name, path="") -> bool:
        if answer.status >= 300:
            self.refusals[answer.status] += 1
            return False
        feature_id = (path or answer.headers["Location"]).rsplit("/", 1)[1]
        self.acks.append(Ack(time.monotonic(), kind, feature_id, mark, name))
        return True


KINDS = ("POST", "PUT", "PUT", "PATCH", "PATCH", "DELETE", "undo")


def names(name):
    return [{"value": name, "lang": "en", "type": "preferred"}]


def feature(name, chance=None, **properties):
    chance = chance or random.Random(name)
    place = [round(chance.uniform(20, 40), 6), round(chance.uniform(55, 65), 6)]
    properties = {"names": names(name), "municipality": "Imatra", **properties}
    visibility = chance.choice(["public", "public", "hidden", "generalised"])
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": place},
        "properties": {"visibility": visibility, **properties},
    }


@contextmanager
def writing(
    server: Server, seed: int, writers: int = 4
) -> Iterator[tuple[list[Ack], list[Writer]]]:
    """Let clients write at once; what was acknowledged is in the list, in its order."""
    acks: list[Ack] = []
    threads = [Writer(server, seed * 100 + number, acks) for number in range(writers)]
    for thread in threads:
        thread.start()
    try:
        yield acks, threads
    finally:
        for thread in threads:
            thread.gone.set()
        for thread in threads:
            thread.join(PATIENCE_S)


def lost(store, acks) -> list[Ack]:
    """Return the acknowledged changes that history does not tell as they were asked for."""
    told = {
        (one.id, one.comment): one.after and one.after["properties"]["names"][0]["value"]
        for feature_id in {ack.id for ack in acks}
        for one in store.history("sites", feature_id)
    }
    return [ack for ack in acks if not _is_told(told, ack)]


def _is_told(told, ack) -> bool:
    if (ack.id, ack.mark) not in told:
        return False
    return ack.kind == "undo" or told[ack.id, ack.mark] == ack.name


def audited(path: Path, acks) -> list[Any]:
    """Return what is lost or half there in a store that nobody has open."""
    with closing(open_store(f"sqlite:///{path}")) as store:
        return [*lost(store, acks), *store.check()]


@pytest.fixture
def serving(tmp_path) -> Callable[..., Any]:
    """Run `geomap serve` over a store, ready, and stop it in the end."""

    @contextmanager
    def run(store: Path, **how) -> Iterator[Server]:
        server = Server(store, tmp_path, **how)
        try:
            yield server.ready()
        finally:
            server.stop()

    return run


@pytest.fixture
def trial() -> SimpleNamespace:
    """What trials have in common: clients, writers, and the look at what they left."""
    return SimpleNamespace(
        writing=writing,
        lost=lost,
        audited=audited,
        feature=feature,
        names=names,
        Ack=Ack,
        items=ITEMS,
        geojson=GEOJSON,
        patch=PATCH,
        broken=BROKEN,
        token=TOKEN,
    )


@pytest.fixture
def size() -> Callable[[int, int], int]:
    """How large a trial is: in the suite, and as docs/trust.md states it."""
    return lambda suite, whole: whole if WHOLE else suite


@pytest.fixture
def figure(request) -> Callable[[str], None]:
    """Tell what a trial has measured; it is printed at the end."""
    return lambda text: request.node.user_properties.append((FIGURE, text))


def pytest_terminal_summary(terminalreporter):
    # A report brings its figures along from whichever process has measured them.
    done = [one for ended in ("passed", "failed") for one in terminalreporter.stats.get(ended, ())]
    told = [(one.nodeid.split("::")[-1], text) for one in done if one.when == "call"
            for name, text in one.user_properties if name == FIGURE]  # fmt: skip
    if told:
        terminalreporter.section("figures of trust")
        for name, text in told:
            terminalreporter.line(f"{name}: {text}")


@pytest.fixture
def settings(tmp_path) -> Settings:
    """Settings with a store of the test's own."""
    return Settings(store=f"sqlite:///{tmp_path / 'geomap.db'}")
