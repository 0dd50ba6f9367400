"""A client that has not heard the answer asks again: under its key a thing is done once."""

import random
import select
import socket
import threading
from contextlib import closing, contextmanager

import pytest

from layers.store.engines import open_store


class Cutter(threading.Thread):
    """Stands between client and server, and loses answers, sometimes before they are made."""

    def __init__(self, port):
        super().__init__(daemon=True)
        self.server, self.listener = port, socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.chance, self.cuts = random.Random(1), 0
        self.over = threading.Event()

    def run(self):
        while not self.over.is_set():
            if select.select([self.listener], [], [], 0.05)[0]:
                with self.listener.accept()[0] as client:
                    self._passed(client)

    def _passed(self, client):
        with socket.create_connection(("127.0.0.1", self.server)) as server:
            while not self.over.is_set():
                ready = select.select([client, server], [], [], 0.05)[0]
                if client in ready:
                    data = client.recv(65536)
                    if not data:
                        return
                    server.sendall(data)
                if server in ready:
                    # The first byte of an answer comes after its commit.
                    data = server.recv(65536)
                    if self.chance.random() < 0.7:
                        self.cuts += 1
                        return
                    client.sendall(data)


@contextmanager
def cutter(server):
    between = Cutter(server.port)
    between.start()
    try:
        yield between
    finally:
        between.over.set()
        between.join()
        between.listener.close()


def insisting(client, trial, method, path, document, headers):
    """Ask until an answer comes through; return it and how often it was asked for."""
    for tries in range(1, 1000):
        try:
            return client.ask(method, path, document, headers), tries
        except trial.broken:
            client.close()
    raise AssertionError("no answer ever came")


def created(server, trial, count, *, keys=True):
    """Create sites and change each, every request again and again until it is answered.

    Returns how many of the writes were asked for again, and how many answers were cut off.
    """
    retried = 0
    with cutter(server) as between, closing(server.client()) as client:
        client.connection.port = between.port
        for number in range(count):
            key = {"Idempotency-Key": f"key {number}"} if keys else {}
            site, headers = trial.feature(f"site {number}"), {**trial.geojson, **key}
            answer, asked = insisting(client, trial, "POST", trial.items, site, headers)
            assert answer.status == 201
            path = f"{trial.items}/{answer.headers['Location'].rsplit('/', 1)[1]}"
            change = {"properties": {"names": trial.names(f"changed {number}")}}
            key = {"Idempotency-Key": f"change {number}"} if keys else {}
            answer, again = insisting(client, trial, "PATCH", path, change, {**trial.patch, **key})
            assert answer.status == 204
            retried += (asked > 1) + (again > 1)
        return retried, between.cuts


def doubles(store, count):
    """Return what is there more often than it was asked for."""
    with closing(open_store(f"sqlite:///{store}")) as opened:
        found = [*opened.features("sites")]
        revisions = [len(opened.history("sites", one.id)) for one in found]
        assert opened.check() == []
    return abs(len(found) - count) + sum(number != 2 for number in revisions)


@pytest.mark.slow
def test_what_is_asked_for_again_is_done_once(serving, trial, size, figure, tmp_path):
    store, count = tmp_path / "geomap.db", size(60, 750)
    with serving(store) as server:
        retried, cuts = created(server, trial, count)
    assert retried >= size(60, 1000)
    assert doubles(store, count) == 0
    figure(f"{retried} writes asked for again, {cuts} answers cut off, 0 doubles")


def test_without_keys_there_are_doubles(serving, trial, tmp_path):
    store = tmp_path / "geomap.db"
    with serving(store, workers=1) as server:
        created(server, trial, 10, keys=False)
    assert doubles(store, 10)
