"""Several clients edit one site, each with If-Match: of each version, one change is made."""

import threading
from contextlib import closing
from itertools import pairwise

import pytest

from layers.store.engines import open_store

CLIENTS = 4


def edited(server, trial, path, wanted, *, careful=True):
    """Let clients patch one site at once; return [(tag that the change was made on, name)]."""
    done, stale, lock = [], [], threading.Lock()
    start = threading.Barrier(CLIENTS)

    def edit(number):
        with closing(server.client()) as client:
            tag = client.get(path).headers["ETag"]
            start.wait()
            while len(done) < wanted:
                name = f"{number}-{len(done)}-{len(stale)}"
                headers = {**trial.patch, "If-Match": tag} if careful else trial.patch
                change = {"properties": {"names": trial.names(name)}}
                answer = client.ask("PATCH", path, change, headers)
                with lock:
                    if answer.status == 204:
                        done.append((tag, name))
                    else:
                        stale.append(answer.status)
                if answer.status != 204 or not careful:
                    answer = client.get(path)
                tag = answer.headers["ETag"]

    clients = [threading.Thread(target=edit, args=(number,)) for number in range(CLIENTS)]
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    return done, stale


@pytest.fixture
def shared(serving, trial, tmp_path):
    """A server with two workers, and the path of a site."""
    store = tmp_path / "geomap.db"
    with serving(store) as server, closing(server.client()) as client:
        site = trial.feature("the one", visibility="public")
        answer = client.ask("POST", trial.items, site, trial.geojson)
        yield server, store, f"{trial.items}/{answer.headers['Location'].rsplit('/', 1)[1]}"


def history(store, path):
    with closing(open_store(f"sqlite:///{store}")) as opened:
        return opened.history("sites", path.rsplit("/", 1)[1])


def overwritten(past, done):
    """Return the changes that were acknowledged and not made, or made on what nobody had seen."""
    made = [one.after["properties"]["names"][0]["value"] for one in past[1:]]
    missing = {name for _, name in done} ^ set(made)
    gaps = [(a.revision, b.revision) for a, b in pairwise(past) if b.revision != a.revision + 1]
    twice = len(made) - len(set(made))
    return [*missing, *gaps, *([twice] if twice else [])]


@pytest.mark.slow
def test_of_each_version_one_change_is_made_and_none_is_lost(shared, trial, size, figure):
    server, store, path = shared
    done, stale = edited(server, trial, path, size(300, 10_000))
    assert len({tag for tag, _ in done}) == len(done)
    assert set(stale) == {412}
    assert overwritten(history(store, path), done) == []
    figure(f"{len(done)} edits by {CLIENTS} clients, {len(stale)} refused as stale, 0 lost")


def test_changes_on_one_version_would_be_noticed(shared, trial):
    server, store, path = shared
    done, _ = edited(server, trial, path, 40, careful=False)
    assert len({tag for tag, _ in done}) < len(done)
    assert overwritten(history(store, path)[:-1], done)
