"""What is in the two worlds: a small public register, and hidden records that lie in its midst."""

import math
import uuid
from dataclasses import replace
from datetime import date

from shapely import LineString, MultiPoint, Point, box

from geomap.model import Feature, Source, Visibility

SOURCE = Source(
    "trial", "Trial register", "The trial office", "CC0-1.0", "https://example.org/register",
    date(2026, 1, 1), "Trial register",
)  # fmt: skip
SECRET_SOURCE = Source(
    "xyzzydig", "Xyzzydig finds", "Xyzzydig trust", "CC0-1.0", "https://example.org/xyzzydig",
    date(2026, 2, 2), "Xyzzydig",
)  # fmt: skip

CANARY = "Xyzzygrad"
"""The word in every hidden name that no public record has."""
PERSON = "Plughov"
"""Who wrote of the hidden ones."""
HIDDEN_AT = ((28.6273451, 61.0519283), (24.9384773, 60.1698557), (-0.1276474, 51.5073219))
"""Places where nothing public is within a metre, and something hidden is."""


def identity(record: str) -> str:
    digits = uuid.uuid5(uuid.NAMESPACE_URL, record).hex
    return str(uuid.UUID(digits[:12] + "4" + digits[13:16] + "8" + digits[17:]))


def feature(layer, record, geometry, visibility="public", source=SOURCE, cell_km=10, **more):
    names = [{"value": record, "lang": "en", "type": "preferred"}]
    more = {"names": names, **more}
    return Feature(
        layer, identity(f"{layer} {record}"), source.id, record, geometry, more,
        Visibility(visibility), cell_km,
    )  # fmt: skip


def site(record, lng, lat, visibility="public", **more):
    return feature("sites", record, Point(lng, lat), visibility, **more)


def city(record, lng, lat, visibility="public", **more):
    return feature("cities", record, Point(lng, lat), visibility, **more)


def twins(one, other, visibility="public", **more):
    sides = {
        "city_a": one.id, "city_b": other.id,
        "country_a": one.properties["country"], "country_b": other.properties["country"],
    }  # fmt: skip
    line = LineString([one.geometry, other.geometry])
    record = f"{one.record_id} – {other.record_id}"
    return feature("twins", record, line, visibility, **sides, **more)


def corner(z: int, x: int, y: int) -> tuple[float, float]:
    """Return where the north-western corner of a tile is, in degrees."""
    lat = math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * y / 2**z))))
    return x / 2**z * 360 - 180, lat


HIDDEN_PHOTO, SHOWN_PHOTO, GOING_PHOTO = (
    identity(f"photo {which}") for which in ("hidden", "shown", "going")
)
"""Of a hidden site, of a public one, and of one that is hidden meanwhile."""


def photos(photo_id: str, author: str = "Aino Aalto") -> list[dict]:
    return [{"id": photo_id, "alt": "A wall", "author": author, "licence": "CC0-1.0"}]


KINDS = ("defence", "building", "worship", "landscape", "culture")
TOWNS = ("Imatra", "Vyborg", "Helsinki, Kallio")


def _dated(number: int) -> dict:
    year = 1500 + 17 * number
    return {"dating": f"{year}/{year + 20}", "dating_from": year, "dating_to": year + 20}


def _scattered() -> list[Feature]:
    """Sites around the places where hidden ones are, no two alike."""
    return [
        site(
            f"{('Mill', 'Old castle', 'Tomb', 'Chapel')[n % 4]} {n}",
            28.5 + 0.013 * n, 61.0 + 0.007 * (n * 7 % 13),
            kind=KINDS[n % 5], country=("FI", "RU")[n % 2], municipality=TOWNS[n % 3],
            rank=float(n % 9 * 10), description={"en": f"Number {n}"}, **_dated(n),
            **({"photos": photos(GOING_PHOTO)} if n == 6 else {}),
        )
        for n in range(28)
    ]  # fmt: skip


IMATRA = city("Imatra", 28.77, 61.17, country="FI", population=25000)
VYBORG = city("Vyborg", 28.73, 60.71, country="RU", population=77000)
LAPPEENRANTA = city("Lappeenranta", 28.19, 61.06, country="FI", population=73000)
GHOST = city(f"{CANARY} city", 27.9, 61.4, "hidden", country="FI", population=1234567)
BORDER = feature("regions", "Border", box(28.0, 60.5, 29.5, 61.5), region_type="euroregion")
CELLED = site(
    "Grave field", 27.3311, 61.5122, "generalised", kind="archaeology", country="FI", cell_km=10,
    public_names=[{"value": "A grave field", "lang": "en", "type": "preferred"}],
)  # fmt: skip
PUBLIC: tuple[Feature, ...] = (
    *_scattered(),
    site("Rapids", 28.775, 61.17, kind="landscape", country="FI", rank=60.0,
         photos=photos(SHOWN_PHOTO)),
    feature("sites", "Nowhere", None, kind="culture", country="FI"),
    site("Fiji fort", 180.0, -17.5, kind="defence", country="FJ"),
    site("Samoa house", -179.99, -17.5, kind="building", country="WS"),
    feature("sites", "Park", box(28.70, 61.10, 28.74, 61.14), kind="landscape", country="FI"),
    feature("sites", "Road", LineString([(28.6, 61.0), (28.9, 61.3)]), kind="landscape"),
    CELLED,
    site("Cave", 27.5, 61.6, "generalised", kind="archaeology", cell_km=50),
    site("Rock art", 28.2, 61.3, "restricted", kind="archaeology", country="FI",
         municipality="Imatra"),
    IMATRA, VYBORG, LAPPEENRANTA, BORDER,
    twins(IMATRA, VYBORG, established="1993", established_from=1993),
    twins(LAPPEENRANTA, VYBORG),
    # A public pair may name a city that is not: to the public both are the same.
    twins(IMATRA, GHOST),
)  # fmt: skip


def hidden_site(record: str, lng: float, lat: float, **more) -> Feature:
    more = {"kind": "archaeology", "country": "SE", "municipality": f"{CANARY}burg",
            "description": {"en": f"Dug by {PERSON}"}, **more}  # fmt: skip
    return site(record, lng, lat, "hidden", **more)


def _alike(one: Feature) -> Feature:
    """Return a hidden record with the names, place and fields of a public one."""
    record = f"{one.record_id} of {CANARY}"
    return replace(
        one, id=identity(record), record_id=record, visibility=Visibility.HIDDEN, revision=0
    )


PROBED = tuple(
    hidden_site(f"{CANARY} {n}", *place, rank=99.0, condition="ruin", dating="0800",
                dating_from=800, dating_to=800,
                **({"photos": photos(HIDDEN_PHOTO, PERSON)} if n == 0 else {}))
    for n, place in enumerate(HIDDEN_AT)
)  # fmt: skip
GHOST_REGION = feature(
    "regions", f"{CANARY} region", box(27.0, 60.9, 30.0, 61.6), "hidden", region_type="euroregion"
)
HIDDEN: tuple[Feature, ...] = (
    *PROBED,
    *(_alike(one) for one in PUBLIC[:4]),
    hidden_site("Mill", 28.5001, 61.0001, rank=100.0),
    hidden_site("Old castle", 28.5132, 61.0491, kind="defence", municipality="Imatra"),
    *(hidden_site(f"{CANARY} edge {z}", *corner(z, 2**z * 208 // 360, 2 ** (z - 2)))
      for z in (4, 8, 12)),
    hidden_site(f"{CANARY} east", 180.0, -17.5),
    hidden_site(f"{CANARY} west", -180.0, 66.0),
    hidden_site(f"{CANARY} pole", 12.0, 89.9),
    hidden_site(f"{CANARY} of elsewhere", 5.5, 45.5, source=SECRET_SOURCE),
    feature("sites", f"{CANARY} field", box(28.4, 61.2, 28.5, 61.25), "hidden", kind="archaeology"),
    feature("sites", f"{CANARY} stones", MultiPoint([(10, 50), (60, -40)]), "hidden"),
    feature("sites", f"{CANARY} without place", None, "hidden", kind="archaeology"),
    *(hidden_site(f"{CANARY} dense {n}", 28.775 + 1e-5 * n, 61.17) for n in range(6)),
    GHOST, GHOST_REGION,
    twins(IMATRA, LAPPEENRANTA, "hidden"),
    twins(VYBORG, GHOST, "hidden"),
)  # fmt: skip
