"""How long an answer takes tells nobody whether a record is hidden or never was."""

import gc
import time
from dataclasses import dataclass

import numpy as np
import pytest

from api import features
from geomap.grid import tile_at
from tests.trust.registers import CANARY, HIDDEN_AT, PERSON, PROBED, identity
from tests.trust.worlds import Ask, two_worlds

ITEMS = "/collections/sites/items"
NEVER = identity("never")
LNG, LAT = HIDDEN_AT[0]
TELLING, SURE = 4.5, 10.0
"""Welch's t that docs/trust.md promises not to reach, and that a busy machine does not, either."""


@dataclass(frozen=True)
class Twin:
    """Two questions of one kind, one of them about something hidden."""

    name: str
    hidden: str
    other: str


def box(lng, lat):
    return f"{lng - 1e-3:.4f},{lat - 1e-3:.4f},{lng + 1e-3:.4f},{lat + 1e-3:.4f}"


def tile(lng, lat):
    at = tile_at(lng, lat, 14)
    return f"/tiles/{at.z}/{at.x}/{at.y}.pbf"


AWAY = (LNG + 4.0, LAT + 3.0)
TWINS = (
    Twin("a record", f"{ITEMS}/{PROBED[0].id}", f"{ITEMS}/{NEVER}"),
    Twin("its page", f"{ITEMS}/{PROBED[0].id}?f=html", f"{ITEMS}/{NEVER}?f=html"),
    Twin("its history", f"{ITEMS}/{PROBED[0].id}/history", f"{ITEMS}/{NEVER}/history"),
    Twin("a box", f"{ITEMS}?bbox={box(LNG, LAT)}", f"{ITEMS}?bbox={box(*AWAY)}"),
    Twin("a tile", tile(LNG, LAT), tile(*AWAY)),
    Twin("a search", f"/search?q={PERSON}", f"/search?q={PERSON[::-1]}"),
    Twin("a filter", f"{ITEMS}?filter=name='{CANARY} 0'", f"{ITEMS}?filter=name='{CANARY[::-1]}0'"),
)


def seconds(world, path):
    began = time.perf_counter_ns()
    world.ask(Ask(path, path))
    took = time.perf_counter_ns() - began
    world.seen.clear()
    return took


def welch(world, twin, pairs):
    """Return Welch's t of interleaved pairs, the slow twentieth of each left out as noise."""
    paths, order = (twin.hidden, twin.other), np.random.default_rng(1).integers(0, 2, pairs)
    took = np.empty((2, pairs))
    gc.disable()
    try:
        for n, first in enumerate(order):
            for side in (first, 1 - first):
                took[side, n] = seconds(world, paths[side])
    finally:
        gc.enable()
    one, other = (side[side <= np.quantile(took, 0.95)] for side in took)
    spread = one.var(ddof=1) / len(one) + other.var(ddof=1) / len(other)
    return float((one.mean() - other.mean()) / np.sqrt(spread))


@pytest.mark.slow
@pytest.mark.parametrize("twin", TWINS, ids=lambda twin: twin.name)
def test_no_answer_is_slower_or_faster_for_what_is_hidden(tmp_path, figure, size, twin):
    pairs = size(300, 10_000)
    with two_worlds(tmp_path) as pair:
        welch(pair.within, twin, 50)
        found = welch(pair.within, twin, pairs)
    figure(f"t = {found:+.2f} of {pairs:,} pairs (to stay within ±{TELLING})")
    assert abs(found) < SURE


@pytest.mark.slow
def test_an_answer_that_looks_at_hidden_records_would_be_noticed(tmp_path, monkeypatch):
    ours = features.item_answer

    def slower(request, layer, feature_id, service, lang):
        if service.store.feature(layer.id, feature_id) is not None:
            time.sleep(3e-3)
        return ours(request, layer, feature_id, service, lang)

    monkeypatch.setattr(features, "item_answer", slower)
    with two_worlds(tmp_path) as pair:
        assert abs(welch(pair.within, TWINS[0], 300)) > TELLING
