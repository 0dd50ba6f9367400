"""The public's requests, by the route that they probe: what a looter with patience would ask."""

import random
from collections.abc import Callable, Iterator
from urllib.parse import quote, urlencode

import orjson

from geomap.grid import tile_at
from layers.catalog import LAYERS
from layers.cql2.filter import READERS
from layers.cql2.queryables import queryables_of
from layers.exports.table import EXPORTS
from layers.paging import sortable
from layers.query import filterable
from layers.tiles.grids import GRIDS
from tests.trust.registers import (
    BORDER,
    CANARY,
    GHOST,
    GHOST_REGION,
    GOING_PHOTO,
    HIDDEN,
    HIDDEN_AT,
    HIDDEN_PHOTO,
    IMATRA,
    PERSON,
    PUBLIC,
    SECRET_SOURCE,
    SHOWN_PHOTO,
    identity,
)
from tests.trust.worlds import HOST, Ask

IDS = [*((one.layer, one.id) for one in HIDDEN), ("sites", identity("never"))]
WORDS = (CANARY, CANARY[:3], CANARY.lower(), PERSON, "mill", "old castle", "old", "xyzzydig", "im")
LANGUAGES = ("en", "ru", "fi")
OWN = {"origin": f"https://{HOST}"}
FORM = {"content-type": "application/x-www-form-urlencoded"}
JSON = {"content-type": "application/json"}
GEOJSON = {"content-type": "application/geo+json"}
MERGE = {"content-type": "application/merge-patch+json"}
TYPED = (OWN | FORM, OWN | JSON, OWN | GEOJSON, OWN | MERGE)

Asks = Iterator[Ask]
Probe = Callable[[str, random.Random], Asks]


def told(path: str, **query: object) -> str:
    """Return a path with a query."""
    return f"{path}?{urlencode(query)}" if query else path


def plain(route: str, _chance: random.Random) -> Asks:
    """A document that is the same for all layers: as data, as a page, in each language."""
    yield Ask(route, route)
    for lang in LANGUAGES:
        yield Ask(route, told(route, f="html", lang=lang))
    yield Ask(route, route, headers={"accept": "text/html", "accept-encoding": "gzip"})


def bare(route: str, _chance: random.Random) -> Asks:
    """A document in one form."""
    yield Ask(route, route)
    yield Ask(route, told(route, nonsense=CANARY))


def of_layers(route: str, chance: random.Random) -> Asks:
    """A document of each layer, and of one that is none."""
    for layer in (*LAYERS, CANARY):
        yield from plain(route.format(layer_id=layer), chance)


def named(*names: str) -> Probe:
    """A document with a name in its path."""

    def probe(route: str, _chance: random.Random) -> Asks:
        for layer in (*LAYERS, CANARY) if "layer_id" in route else ("",):
            for name in (*names, CANARY):
                path = route.replace("{layer_id}", layer)
                path = path[: path.index("{")] + name + path[path.index("}") + 1 :]
                yield Ask(route, path)
                yield Ask(route, told(path, f="html"))

    return probe


def bisected() -> Iterator[tuple[float, float, float, float]]:
    """Yield ever smaller boxes around where something is hidden, down to about a metre."""
    for lng, lat in HIDDEN_AT:
        for step in range(0, 26, 5):
            half = 40 / 2**step
            yield lng - half, max(lat - half, -90), lng + half, min(lat + half, 90)
    yield 179.9, -18, -179.9, -17
    yield 179.9999, -17.5001, -179.9999, -17.4999
    yield -180, -90, 180, 90


def boxes() -> Iterator[dict]:
    """Yield what asks for places, in each way that places can be asked for."""
    for box in bisected():
        yield {"bbox": ",".join(f"{number:.7f}" for number in box)}
    for lng, lat in HIDDEN_AT:
        for km in (0.001, 1, 300):
            yield {"near": f"{lng},{lat}", "within_km": km}
    yield {"region": BORDER.id}
    yield {"region": GHOST_REGION.id}


def conditions(layer: str) -> Iterator[str]:
    """Yield conditions in CQL2 on every queryable of a layer, and on what is none."""
    for name, one in queryables_of(layer).items():
        yield f"{name} IS NULL"
        yield f"NOT ({name} IS NULL)"
        if one.type.name == "TEXT":
            yield f"{name} LIKE '{CANARY[:4]}%'"
            yield f"NOT (CASEI({name}) LIKE CASEI('%{CANARY.upper()}%'))"
            yield f"{name} > 'A'"
        if one.type.name == "NUMBER":
            yield f"{name} >= 99"
            yield f"NOT ({name} BETWEEN 0 AND 98)"
    for lng, lat in HIDDEN_AT:
        near = f"{lng - 1e-4}, {lat - 1e-4}, {lng + 1e-4}, {lat + 1e-4}"
        yield f"S_INTERSECTS(geometry, BBOX({near}))"
        yield f"S_INTERSECTS(geometry, POINT({lng} {lat}))"
        yield f"NOT S_DISJOINT(geometry, BBOX({lng - 1}, {lat - 1}, {lng + 1}, {lat + 1}))"
    yield from (
        "visibility = 'hidden'",
        "record_id = '1'",
        "revision > 1",
        "actor = 'a'",
        f"kind = 'archaeology' AND country = 'SE' OR name = '{CANARY} 0'",
    )


def orders(layer: str) -> Iterator[str]:
    """Yield every order of one key, each way, and some of two."""
    for name in (*sortable(LAYERS[layer]), "visibility", "record_id"):
        yield name
        yield f"-{name}"
    yield "-rank,name"


def narrowed(layer: str, chance: random.Random, most: int) -> Iterator[dict]:
    """Yield what narrows features, some of all there is."""
    ways: list[dict] = [*boxes(), *({"q": word} for word in WORDS)]
    ways += [{"filter": text} for text in conditions(layer)]
    ways += [
        {name: value} for name in filterable(LAYERS[layer]) for value in ("", "archaeology", "SE")
    ]
    ways += [{"datetime": "0700-01-01/0900-01-01"}, {"datetime": "../0900-01-01", "dated": "true"}]
    yield from chance.sample(ways, min(most, len(ways)))


def items(route: str, chance: random.Random) -> Asks:
    """Pages: in every order, page by page, narrowed in every way, in all forms."""
    for layer in LAYERS:
        path = route.format(layer_id=layer)
        yield Ask(route, told(path, limit=3), follows=True)
        yield Ask(route, told(path, limit=1000), headers={"accept-encoding": "gzip"})
        for order in orders(layer):
            limit = chance.choice((2, 4, 7))
            yield Ask(route, told(path, sortby=order, limit=limit), follows=chance.random() < 0.2)
        for way in narrowed(layer, chance, 1000):
            yield Ask(route, told(path, **way))
        for f in ("html", "jsonfg", "linkedplaces"):
            for lang in LANGUAGES:
                yield Ask(route, told(path, f=f, lang=lang, limit=5))
        for more in ({"crs": "EPSG:3067"}, {"properties": "name"}, {"profile": "rel-as-link"},
                     {"max-allowable-offset": 0.5}, {"after": CANARY}, {"visibility": "hidden"},
                     {"limit": 0}, {"offset": 1}):  # fmt: skip
            yield Ask(route, told(path, **more))
        for form, body in ((JSON, b"{}"), (GEOJSON, b"{}"), (FORM, b"a=1")):
            yield Ask(route, path, "PUT", headers=form, body=body)


def item(route: str, chance: random.Random) -> Asks:
    """One feature: hidden ones, one that never was, and public ones."""
    for layer, one in [*IDS, *((one.layer, one.id) for one in PUBLIC[::4])]:
        path = route.format(layer_id=layer, feature_id=one)
        yield Ask(route, path)
        yield Ask(route, told(path, f=chance.choice(("html", "jsonfg", "linkedplaces")),
                              lang=chance.choice(LANGUAGES)))  # fmt: skip
        yield Ask(route, path, headers={"if-match": '"x"', "if-none-match": "*"})
    yield Ask(route, route.format(layer_id="sites", feature_id=GHOST.id))


def exact(route: str, _chance: random.Random) -> Asks:
    """Exact places, in boxes around what is hidden: for nobody who has not signed in."""
    for layer in (*LAYERS, CANARY):
        path = route.format(layer_id=layer)
        yield Ask(route, path)
        yield Ask(route, told(path, limit=1, after=1))
        for way in [*boxes()][::9]:
            yield Ask(route, told(path, **way))


def of_ids(*more: str) -> Probe:
    """What is about one record: of each hidden one and of one that never was."""

    def probe(route: str, _chance: random.Random) -> Asks:
        for layer, one in IDS:
            path = route.replace("{layer_id}", layer).replace("{feature_id}", one)
            for rest in more or ("",):
                yield Ask(route, path.replace("{revision}", rest))

    return probe


def sent(method: str, *rest: str) -> Probe:
    """A change that nobody is allowed who asks: with each body, on each record."""
    feature = {"type": "Feature", "geometry": {"type": "Point", "coordinates": [*HIDDEN_AT[0]]},
               "properties": {"names": [{"value": f"{CANARY} 0", "lang": "en"}]}}  # fmt: skip

    def probe(route: str, chance: random.Random) -> Asks:
        for layer, one in chance.sample(IDS, 12):
            path = route.replace("{layer_id}", layer).replace("{feature_id}", one)
            path = path.replace("{revision}", "1")
            for name in rest:
                path = path.replace(name, one)
            for headers in TYPED if method != "DELETE" else (OWN, {**OWN, "if-match": '"x"'}):
                yield Ask(route, path, method, headers=headers, body=orjson.dumps(feature))

    return probe


def search(route: str, _chance: random.Random) -> Asks:
    """Names: from the first letter of hidden ones to the last."""
    for word in (*WORDS, *(CANARY[:n] for n in range(1, len(CANARY)))):
        for lang in LANGUAGES:
            yield Ask(route, told(route, q=word, lang=lang))
    yield Ask(route, told(route, q="m", limit=1))
    yield Ask(route, told(route, q="o", f="html"))
    yield Ask(route, told(route, q=""))


def facets(route: str, chance: random.Random) -> Asks:
    """Counts: of all, and narrowed."""
    for layer in LAYERS:
        path = route.replace("{layer_id}", layer)
        yield Ask(route, path)
        yield Ask(route, told(path, f="html"))
        for way in narrowed(layer, chance, 40):
            yield Ask(route, told(path, **way))


def overview(route: str, chance: random.Random) -> Asks:
    """Lines between areas, at each zoom."""
    for zoom in (0, 2, 3, 5, 8):
        yield Ask(route, told(route, zoom=zoom))
    for way in narrowed("twins", chance, 12):
        yield Ask(route, told(route, **way))


def exports(route: str, chance: random.Random) -> Asks:
    """Files in every format; those that another program writes only whole, for it takes long."""
    for layer in LAYERS:
        path = route.format(layer_id=layer)
        for f in EXPORTS:
            if f in {"gpkg", "fgb", "pmtiles"}:
                continue
            yield Ask(route, told(path, f=f))
            for way in narrowed(layer, chance, 3):
                yield Ask(route, told(path, f=f, **way))
    yield Ask(route, told(route.format(layer_id="sites"), f="shp"))


def files() -> Asks:
    """The files that take long: one of each."""
    route = "/collections/{layer_id}/export"
    for f, layer in (("gpkg", "sites"), ("fgb", "sites"), ("pmtiles", "sites"), ("gpkg", "twins")):
        yield Ask(route, told(route.format(layer_id=layer), f=f))


def _tiles(zooms: range) -> Iterator[tuple[int, int, int, int]]:
    """Yield place number and tile (z, x, y) of what is hidden, and of the corners beside it."""
    for n, (lng, lat) in enumerate(HIDDEN_AT):
        for z in zooms:
            tile = tile_at(lng, lat, z)
            yield n, z, tile.x, tile.y
    for z in (4, 8, 12):
        x, y = 2**z * 208 // 360, 2 ** (z - 2)
        for dx, dy in ((0, 0), (-1, 0), (0, -1), (-1, -1)):
            yield 9, z, x + dx, y + dy


def tiles(route: str, chance: random.Random) -> Asks:
    """Tiles of every zoom over what is hidden, plain, compressed and narrowed."""
    grids = [*GRIDS] if "tileMatrixSetId" in route else [""]
    for layer in LAYERS if "layer_id" in route else ("",):
        for grid in grids:
            for n, z, x, y in _tiles(range(17)):
                path = route.replace("{layer_id}", layer).replace("{tileMatrixSetId}", grid)
                path = path.replace("{z}", str(z)).replace("{x}", str(x)).replace("{y}", str(y))
                yield Ask(route, path, headers={"accept-encoding": ("", "gzip")[(n + z) % 2]})
                if chance.random() < 0.1:
                    way = chance.choice(({"q": "mill"}, {"country": "FI"}, {"kind": "archaeology"},
                                         {"filter": "rank > 50"}, {"q": CANARY}))  # fmt: skip
                    yield Ask(route, told(path, **way))
    yield Ask(route, _fill(route, z="30"))
    yield Ask(route, _fill(route, z="x"))


def _fill(route: str, **values: str) -> str:
    usual = {
        "layer_id": "sites",
        "tileMatrixSetId": "WebMercatorQuad",
        "z": "0",
        "x": "0",
        "y": "0",
    }
    return route.format(**{**usual, **values})


def grids(route: str, _chance: random.Random) -> Asks:
    """What tells of the tiles of a grid."""
    for layer in LAYERS if "layer_id" in route else ("",):
        for grid in (*GRIDS, CANARY):
            path = route.replace("{layer_id}", layer).replace("{tileMatrixSetId}", grid)
            yield Ask(route, path)
            yield Ask(route, told(path, f="html"))


def signing_in(route: str, _chance: random.Random) -> Asks:
    """The door: what it says to names that are hidden ones' officers, and to others."""
    for name in ("Officer Kallio", PERSON, "nobody"):
        body = urlencode({"name": name, "password": "wrong password", "next": "/"}).encode()
        yield Ask(route, route, "POST", headers=OWN | FORM, body=body)
    yield Ask(route, route, "POST", headers=FORM, body=b"name=a")
    yield Ask(route, route, "POST", headers=OWN | JSON, body=b"{}")


def typed(*rest: str) -> Probe:
    """What is typed into the form of a record, and sent by whoever is not signed in."""
    fields = {"base": "1", "names[0].value": f"{CANARY} 0", "comment": PERSON, "stamp": "1-2"}
    body = urlencode(fields).encode()

    def probe(route: str, _chance: random.Random) -> Asks:
        for layer, one in IDS:
            path = route.replace("{layer_id}", layer).replace("{feature_id}", one)
            for query in rest or ("",):
                yield Ask(route, path + query, "POST", headers=OWN | FORM, body=body)
        yield Ask(route, path, "POST", headers=FORM, body=body)
        yield Ask(route, path, "POST", headers=OWN | JSON, body=b"{}")

    return probe


def posted(*bodies: bytes) -> Probe:
    """A form that anyone may send."""

    def probe(route: str, _chance: random.Random) -> Asks:
        path = route.replace("{code}", CANARY)
        for headers in (OWN | FORM, FORM, OWN | JSON):
            for body in bodies:
                yield Ask(route, path, "POST", headers=headers, body=body)

    return probe


def dates(route: str, _chance: random.Random) -> Asks:
    """How a date is read."""
    for text in ("1760s", CANARY, ""):
        yield Ask(route, told(route, text=text))


def new_forms(route: str, _chance: random.Random) -> Asks:
    """The empty form of each layer."""
    for layer in LAYERS:
        yield Ask(route, route.format(layer_id=layer))


def of_suggestions(method: str) -> Probe:
    """A suggestion: by the ids of hidden records, and of none."""

    def probe(route: str, _chance: random.Random) -> Asks:
        for one in (HIDDEN[0].id, identity("never"), CANARY):
            path = route.replace("{suggestion_id}", one)
            for headers in TYPED if method == "PUT" else (OWN,):
                yield Ask(route, path, method, headers=headers, body=b"{}")

    return probe


def transactions(route: str, _chance: random.Random) -> Asks:
    """A write: under ids of records, for those of writes differ from world to world."""
    for _, one in IDS:
        path = route.replace("{transaction_id}", one)
        yield Ask(route, path)
        yield Ask(route, told(path, f="html", after=f"{one}.1"))


def uploads(route: str, _chance: random.Random) -> Asks:
    """A file that was sent: by ids of records, and by none."""
    for layer, one in IDS:
        yield Ask(route, route.replace("{layer_id}", layer).replace("{upload_id}", one))


def suggested(route: str, chance: random.Random) -> Asks:
    """A form on which anyone suggests: near hidden records, by their names, and on them."""
    named = {"names[0].lang": "en", "names[0].type": "preferred", "message": "x"}
    for layer, one in chance.sample(IDS, 12):
        path = route.format(layer_id=layer, feature_id=one)
        for fields in _wishes():
            body = urlencode(named | fields).encode()
            yield Ask(route, told(path, lang="fi"), "POST", headers=OWN | FORM, body=body)
        yield Ask(route, path, "POST", headers=OWN | JSON, body=b"{}")
        yield Ask(route, path, "POST", headers=FORM, body=b"kind=x")
    for public in PUBLIC if "new" in route else ():
        if public.layer == "sites" and public.geometry is not None:
            # What it may be a second time is shown; where that is nothing, it is kept.
            at = public.geometry.point_on_surface()
            place = {"north": at.y, "east": at.x, "names[0].value": "Old castle"}
            body = urlencode(named | place).encode()
            yield Ask(route, route.format(layer_id="sites"), "POST", headers=OWN | FORM, body=body)


def _wishes() -> Iterator[dict]:
    """Yield wishes at the places of hidden records; most of them are not taken."""
    for (lng, lat), word in zip(HIDDEN_AT, WORDS, strict=False):
        place = {"names[0].value": word, "north": lat, "east": lng, "crs": "EPSG:4326"}
        for more in ({"email": "none"}, {"website": "x"}, {"kind": CANARY}, {"more": "names"}, {}):
            yield place | more


def options(route: str, _chance: random.Random) -> Asks:
    """Which methods there are, for whoever asks."""
    for layer, one in IDS:
        yield Ask(route, route.format(layer_id=layer, feature_id=one), "OPTIONS")


def photos(route: str, _chance: random.Random) -> Asks:
    """Photos: of what is hidden, of what is public, of what is hidden meanwhile, and of nothing."""
    for one in (HIDDEN_PHOTO, SHOWN_PHOTO, GOING_PHOTO, identity("never"), CANARY):
        path = route.replace("{photo_id}", one)
        for headers in ({}, {"accept": "image/*"}, {"if-none-match": "*"}):
            yield Ask(route, path, headers=headers)
        yield Ask(route, told(path, f="webp"))


def sent_photos(route: str, chance: random.Random) -> Asks:
    """A photo that nobody is allowed to add who asks."""
    for layer, one in chance.sample(IDS, 12):
        path = route.format(layer_id=layer, feature_id=one)
        for kind in ("image/png", "image/svg+xml", "multipart/form-data; boundary=x"):
            yield Ask(route, path, "POST", headers=OWN | {"content-type": kind}, body=b"\x89PNG")


CELL = "/{z}/{y}/{x}"
OF = "/collections/{layer_id}"
RECORD = f"{OF}/items/{{feature_id}}"
PROBES: dict[str, Probe] = {
    **{
        f"GET {path}": plain
        for path in (
            "/",
            "/landing",
            "/conformance",
            "/api",
            "/collections",
            "/queryables",
            "/functions",
            "/styles",
            "/tiles",
            "/tiles/metadata.json",
            "/tileMatrixSets",
            "/account",
            "/account/notices",
            "/review",
            "/account/drafts",
            "/tiles/WebMercatorQuad/tilejson.json",
            "/login",
            "/livez",
            "/sources",
            "/qgis/geomap.qgz",
        )
    },
    **{
        f"GET {OF}{path}": of_layers
        for path in (
            "",
            "/schema",
            "/sortables",
            "/queryables",
            "/styles",
            "/tiles",
            "/tiles/metadata.json",
            "/tiles/WebMercatorQuad/tilejson.json",
            "/geomap.qlr",
        )
    },
    "GET /problems/{name}": named("feature-not-found", "feature-gone", "not-allowed"),
    "GET /styles/{style_id}": named("light", "dark"),
    f"GET {OF}/styles/{{style_id}}": named("light", "dark"),
    "GET /i18n/{lang}.json": named(*LANGUAGES),
    "GET /invitation/{code}": named("x", identity("code")),
    "GET /review/{suggestion_id}": named("x", identity("code")),
    "GET /feeds/{secret}.atom": named("x", identity("code")),
    f"GET {OF}/items": items,
    f"GET {OF}/exact": exact,
    f"GET {RECORD}": item,
    f"GET {RECORD}/history": of_ids(),
    f"GET {RECORD}/rights": of_ids(),
    f"GET {OF}/facets": facets,
    "GET /collections/twins/overview": overview,
    f"GET {OF}/export": exports,
    "GET /search": search,
    "GET /photos/{photo_id}": photos,
    "GET /photos/{photo_id}/thumbnail": photos,
    f"POST {RECORD}/photos": sent_photos,
    f"DELETE {RECORD}/photos/{{photo_id}}": sent("DELETE", "{photo_id}"),
    "GET /tiles/{tileMatrixSetId}" + CELL: tiles,
    "GET /tiles/{z}/{x}/{y}.pbf": tiles,
    f"GET {OF}/tiles/{{tileMatrixSetId}}" + CELL: tiles,
    f"GET {OF}/tiles/{{z}}/{{x}}/{{y}}.pbf": tiles,
    "GET /basemap/{z}/{x}/{y}.mvt": tiles,
    "GET /tiles/{tileMatrixSetId}": grids,
    f"GET {OF}/tiles/{{tileMatrixSetId}}": grids,
    "GET /tileMatrixSets/{tileMatrixSetId}": grids,
    "GET /readyz": bare,
    "GET /metrics": bare,
    "GET /login/oidc": bare,
    "GET /login/oidc/callback": bare,
    "GET /edit/reading": dates,
    "GET /edit/{layer_id}/new": new_forms,
    "GET /edit/{layer_id}/{feature_id}": of_ids(),
    "GET /edit/{layer_id}/{feature_id}/visibility": of_ids(),
    f"OPTIONS {OF}/items": options,
    f"OPTIONS {RECORD}": options,
    "POST /login": signing_in,
    "POST /logout": posted(b""),
    "POST /account/notices": posted(b"upto=1"),
    "POST /account/feed": posted(b"", b"end=1"),
    "POST /account/mail": posted(b""),
    "POST /account/suggestions/{suggestion_id}/withdraw": sent("POST", "{suggestion_id}"),
    "POST /review": posted(b"decision=approve&scope=all", b"decision=reject&reason=x&scope=all"),
    "POST /review/undo": posted(b"transaction=x"),
    "POST /review/{suggestion_id}": sent("POST", "{suggestion_id}"),
    "POST /invitation/{code}": posted(b"password=x", b"password=correct+horse+battery"),
    f"POST {OF}/items": sent("POST"),
    f"PUT {RECORD}": sent("PUT"),
    f"PATCH {RECORD}": sent("PATCH"),
    f"DELETE {RECORD}": sent("DELETE"),
    f"POST {RECORD}/history/{{revision}}/restore": sent("POST"),
    "POST /transactions/{transaction_id}/undo": sent("POST", "{transaction_id}"),
    **{
        f"POST /edit/{{layer_id}}/{rest}": typed("", "?lang=fi")
        for rest in (
            "new",
            "new/draft",
            "{feature_id}",
            "{feature_id}/draft",
            "{feature_id}/draft/discard",
        )
    },
    "GET /account/suggestions": plain,
    "GET /suggestions/queue": plain,
    "GET /suggestions/{suggestion_id}": of_suggestions("GET"),
    "PUT /suggestions/{suggestion_id}": of_suggestions("PUT"),
    "DELETE /suggestions/{suggestion_id}": of_suggestions("DELETE"),
    "POST /suggestions/decide": sent("POST"),
    "GET /suggest/{layer_id}/new": new_forms,
    "GET /suggest/{layer_id}/{feature_id}": of_ids(),
    "POST /suggest/{layer_id}/new": suggested,
    "POST /suggest/{layer_id}/{feature_id}": suggested,
    "GET /suggested/{secret}": named(identity("secret")),
    f"POST {OF}/suggestions": sent("POST"),
    f"POST {RECORD}/suggestions": sent("POST"),
    "GET /account/changes": plain,
    "GET /transactions/{transaction_id}": transactions,
    "POST /account/changes/{transaction_id}/undo": sent("POST", "{transaction_id}"),
    "GET /edit/{layer_id}/{feature_id}/restore/{revision}": of_ids("1"),
    "POST /edit/{layer_id}/{feature_id}/restore/{revision}": sent("POST"),
    "GET /import": plain,
    "GET /import/{layer_id}": new_forms,
    "GET /import/{layer_id}/{upload_id}": uploads,
    "GET /import/{layer_id}/{upload_id}/faults.csv": uploads,
    "POST /import/{layer_id}": sent("POST"),
    "POST /import/{layer_id}/{upload_id}": sent("POST", "{upload_id}"),
    f"POST {OF}/imports": sent("POST"),
    "POST /edit/{layer_id}/{feature_id}/visibility": sent("POST"),
    # a new route: its line here
}
"""METHOD and path of a route → what asks it. Any method of a route without a line is a fault."""


def asks_of(route: str, chance: random.Random) -> list[Ask]:
    """Return the probes of a line of the table."""
    method, path = route.split(" ", 1)
    found = [*PROBES[route](path, chance)]
    return found if method != "GET" else [*found, *_other_ways(path)]


def _other_ways(route: str) -> Asks:
    """Yield what a route is asked by who tries: other methods, and from other sites."""
    path = quote(_plainly(route), safe="/.")
    yield Ask(route, path, "OPTIONS")
    yield Ask(route, path, "DELETE" if "{feature_id}" not in route else "POST")
    preflight = {"origin": "https://elsewhere.example", "access-control-request-method": "GET"}
    yield Ask(route, path, "OPTIONS", headers=preflight)
    yield Ask(route, told(path, source=SECRET_SOURCE.id))
    yield Ask(route, path, headers={"accept": "application/x-none"})


def _plainly(route: str) -> str:
    usual = {"layer_id": "sites", "feature_id": HIDDEN[0].id, "z": "3", "x": "4", "y": "2",
             "tileMatrixSetId": "WebMercatorQuad", "style_id": "light", "name": "x", "code": "x",
             "lang": "en", "transaction_id": "x", "revision": "1", "upload_id": "x"}  # fmt: skip
    path = route
    for name, value in usual.items():
        path = path.replace("{" + name + "}", value)
    return path


def unused(layer: str) -> str:
    """Return the id of a public record, to ask beside hidden ones."""
    return IMATRA.id if layer == "cities" else PUBLIC[0].id


FORMS = (*READERS,)
"""The encodings of conditions."""
