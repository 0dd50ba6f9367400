"""The signature test: nobody without rights tells a world with hidden records from one without."""

import random
from urllib.parse import parse_qs

import pytest
from fastapi.routing import APIRoute

from api.app import create_app
from tests.trust.leaks import LEAKS
from tests.trust.probes import PROBES, asks_of, files
from tests.trust.script import EVENTS, differences, first_difference, steps
from tests.trust.worlds import two_worlds


def methods_and_paths(app):
    """Return what an application answers, but the files of the page, which are no data."""
    found = set()
    for mounted in app.routes:
        router = getattr(mounted, "original_router", None)
        if router is None:
            assert mounted.path.startswith("/static"), mounted
            continue
        for route in router.routes:
            assert isinstance(route, APIRoute), route
            found |= {f"{method} {route.path}" for method in route.methods - {"HEAD"}}
    return found


def told(found):
    return "\n".join(found[:20]) + f"\n… {len(found)} in all" if found else ""


def test_each_route_of_the_application_has_its_probes(settings):
    assert {*PROBES} == methods_and_paths(create_app(settings))


@pytest.mark.parametrize(("seed", "workers"), [(1, 1), (2, 2)])
def test_no_answer_tells_of_hidden_records_and_their_edits(tmp_path, seed, workers):
    with two_worlds(tmp_path, workers=workers) as pair:
        assert told([*differences(pair, steps(seed, share=0.16))]) == ""
        assert pair.turn > 600


def test_no_file_tells_of_hidden_records(tmp_path, monkeypatch):
    # GDAL writes down when it wrote: that is the only difference that is not ours.
    monkeypatch.setenv("OGR_CURRENT_DATE", "2026-01-01T00:00:00.000Z")
    with two_worlds(tmp_path) as pair:
        for event in EVENTS:
            event(pair)
        for ask in files():
            assert [*pair.apart(ask)] == []


@pytest.mark.slow
@pytest.mark.parametrize(("seed", "workers", "kernel"), [(3, 1, "compiled"), (4, 2, "numpy")])
def test_no_answer_of_many_tells_of_hidden_records(tmp_path, seed, workers, kernel):
    with two_worlds(tmp_path, workers=workers, kernel=kernel) as pair:
        assert told([*differences(pair, steps(seed, share=1.0))]) == ""
        assert pair.turn > 3000


@pytest.mark.parametrize("leak", LEAKS, ids=lambda leak: leak.name)
def test_a_seeded_leak_is_seen(tmp_path, monkeypatch, leak):
    leak.seed(monkeypatch)
    with two_worlds(tmp_path) as pair:
        assert first_difference(pair, steps(5, share=1.0, first=leak.route)) != ""


UNKNOWN = {"visibility", "offset", "source", "nonsense", "after"}
"""Asked for because there must be no such thing; next pages are asked by the links to them."""


def test_each_parameter_that_the_script_asks_with_is_answered(tmp_path):
    """A probe that is refused before it is looked at would see no leak."""
    asked, answered = set(), set()
    chance = random.Random(8)
    routes = [route for route in PROBES if "/items" in route or "/facets" in route]
    with two_worlds(tmp_path) as pair:
        for ask in [ask for route in routes for ask in asks_of(route, chance) if "?" in ask.path]:
            names = {*parse_qs(ask.path.partition("?")[2], keep_blank_values=True)}
            asked |= names
            if names - answered and pair.without.ask(ask).status == 200:
                answered |= names
    assert asked - answered - UNKNOWN == set()
    assert {"near", "within_km", "bbox", "filter", "region", "datetime"} <= answered


def test_there_are_leaks_enough():
    assert len(LEAKS) >= 25
    assert len({leak.name for leak in LEAKS}) == len(LEAKS)
