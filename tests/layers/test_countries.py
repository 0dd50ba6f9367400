import numpy as np
import pytest
import shapely

from layers import countries
from layers.countries import country_at

HELSINKI, VYBORG, TALLINN = (24.94, 60.17), (28.75, 60.71), (24.75, 59.43)
NARVA, IVANGOROD = (28.19, 59.38), (28.21, 59.38)


def test_a_place_on_land_lies_within_its_country():
    codes, bases = country_at([HELSINKI, VYBORG, TALLINN])
    assert codes.tolist() == ["FI", "RU", "EE"]
    assert bases.tolist() == ["within"] * 3


def test_a_place_off_a_coast_has_the_nearest_country():
    codes, bases = country_at([(24.75, 59.55)])
    assert (codes[0], bases[0]) == ("EE", "nearest")


@pytest.mark.parametrize(
    "place",
    [(-30.0, 40.0), (0.0, 0.0), (0.0, 90.0), (float("nan"), 60.0), (20.0, float("inf"))],
    ids=["ocean", "gulf", "pole", "nan", "infinite"],
)
def test_a_place_far_from_any_coast_has_no_country(place):
    codes, bases = country_at([place])
    assert (codes[0], bases[0]) == (None, None)


@pytest.mark.parametrize("place", [(-1.5, 44.5), (16.0, 54.45)], ids=["west", "north"])
def test_the_distance_to_a_coast_is_stated_in_kilometres(place):
    """Each some 20 km off a straight coast, of the Landes and of Pomerania."""
    assert country_at([place], within_km=30)[1][0] == "nearest"
    assert country_at([place], within_km=10)[1][0] is None


def test_towns_that_face_each_other_are_never_told_the_wrong_country():
    """Drawn to half a kilometre, the outline may fail to answer; it must not answer wrongly."""
    facing = {
        NARVA: "EE",
        IVANGOROD: "RU",
        (24.15, 65.85): "FI",  # Tornio
        (24.13, 65.83): "SE",  # Haparanda
        (26.05, 57.78): "EE",  # Valga
        (26.02, 57.77): "LV",  # Valka
        (28.86, 61.11): "RU",  # Svetogorsk
        (14.99, 51.15): "DE",  # Görlitz
        (14.56, 52.35): "PL",  # Słubice
        (127.50, 50.25): "CN",  # Heihe
    }
    codes, bases = country_at(list(facing))
    for told, true in zip(codes, facing.values(), strict=True):
        assert told in (None, true)
    assert [code is None for code in codes] == [basis is None for basis in bases]


def test_no_country_is_derived_in_a_disputed_area_nor_off_its_coast():
    codes, bases = country_at([(34.1, 44.95), (33.5, 44.5)])
    assert codes.tolist() == [None, None]
    assert bases.tolist() == [None, None]


def test_parts_with_a_code_of_their_own_have_it():
    places = {(15.63, 78.22): "SJ", (55.53, -21.13): "RE", (19.93, 60.20): "AX"}
    assert country_at(list(places))[0].tolist() == list(places.values())


def test_the_antimeridian_is_no_edge():
    """Points 2 km off Chukotka's coast find it on the other side of 180 degrees."""
    codes, _ = country_at([(180.0, 65.0), (-180.0, 65.0), (179.9, -16.5), (-179.99, -16.5)])
    assert codes[:2].tolist() == ["RU", "RU"]
    assert codes[2:].tolist() == ["FJ", "FJ"]


def test_a_distance_is_that_along_the_ellipsoid():
    east = np.array([shapely.box(-29.0, 50.0, -20.0, 70.0)])
    north = np.array([shapely.box(-40.0, 61.0, -20.0, 70.0)])
    place = np.array([[-30.0, 60.0]])
    assert countries._distances_km(place, east) == pytest.approx(55.8, abs=0.1)
    assert countries._distances_km(place, north) == pytest.approx(111.4, abs=0.1)


def test_a_hundred_thousand_places_take_seconds():
    rng = np.random.default_rng(7)
    places = np.column_stack([rng.uniform(-10, 40, 100_000), rng.uniform(36, 70, 100_000)])
    codes, bases = country_at(places)
    assert {"within", "nearest", None} == set(bases.tolist())
    assert (codes == "FI").sum() > 1000


def test_without_the_baked_file_the_message_says_what_to_do(monkeypatch, tmp_path):
    monkeypatch.setattr(countries, "OUTLINES", tmp_path / "countries.npz")
    countries._outlines.cache_clear()
    try:
        with pytest.raises(countries.FileUnreadable, match="pip install"):
            country_at([HELSINKI])
    finally:
        countries._outlines.cache_clear()
