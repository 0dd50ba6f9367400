"""No byte that leaves the house, or lies outside the store, holds what is hidden."""

import pytest

from tests.trust import canaries
from tests.trust.leaks import LEAKS
from tests.trust.probes import files
from tests.trust.registers import CANARY, HIDDEN, HIDDEN_AT
from tests.trust.script import EVENTS, differences, steps
from tests.trust.worlds import two_worlds


def public_bytes(world):
    """Yield a name, the bytes and the question of everything that others than officers read."""
    for asked, answer in world.seen:
        head = b"\n".join(b": ".join(pair) for pair in answer.headers)
        yield f"head of {asked}", head, asked
        yield asked, answer.body, asked
    for line in world.log.lines:
        yield "log", line.encode(), ""
    for path in sorted((world.path / "segments").rglob("*")):
        if path.is_file():
            yield f"segment {path.name}", path.read_bytes(), ""


def leaks_of(world):
    return [
        f"{name}: {found}"
        for name, body, asked in public_bytes(world)
        for found in canaries.found_in(body, asked)
    ]


def test_no_answer_no_log_and_no_file_of_the_read_side_holds_a_canary(tmp_path):
    with two_worlds(tmp_path) as pair:
        for _ in differences(pair, steps(7, share=0.1)):
            pass
        for ask in files():
            pair.within.ask(ask)
        assert len(pair.within.seen) > 1000
        assert [*(pair.within.path / "segments").rglob("*")]
        assert leaks_of(pair.within) == []


@pytest.mark.parametrize(
    "name", ["a hidden record is published without its place", "history and records for everyone"]
)
def test_what_is_given_away_is_found_by_its_bytes(tmp_path, monkeypatch, name):
    next(leak for leak in LEAKS if leak.name == name).seed(monkeypatch)
    with two_worlds(tmp_path) as pair:
        pair.secretly(*HIDDEN)
        for ask in steps(7, share=0.05, first="/items"):
            if ask not in EVENTS:
                pair.within.ask(ask)
        assert leaks_of(pair.within) != []


def test_each_form_of_a_place_is_found_and_what_was_asked_is_not():
    lng, lat = HIDDEN_AT[0]
    for form in canaries.FORMS:
        assert canaries.found_in(canaries.struct.pack(form, lng) + b"x")
    assert canaries.found_in(f"[{lng},{lat}]".encode())
    assert canaries.found_in(b"ud" + canaries._geohash(lng, lat).encode())
    assert canaries.found_in(canaries.gzip.compress(CANARY.encode()))
    assert canaries.found_in(CANARY.encode(), f"GET /search?q={CANARY}") == []


def test_geohashes_are_those_of_others():
    # Niemeyer's own example: 57.64911, 10.40744 is u4pruydqqvj.
    assert canaries._geohash(10.40744, 57.64911, 11) == "u4pruydqqvj"
