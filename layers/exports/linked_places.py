"""Linked Places Format 1.1: GeoJSON that is JSON-LD, too, with its context inside.

Whoever reads it as GeoJSON finds places with properties; whoever reads it as linked data finds
names, types, times and links, each attested by a source. Nothing has to be fetched to read it.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Mapping
from typing import Any

import orjson

from geomap.i18n import label
from layers.bodies import feature_bodies
from layers.content import Rows
from layers.exports.batches import TEXTS_WEIGHT, batches
from layers.exports.options import USUAL, Options
from layers.fragments import Text
from layers.layer import Kind, Layer
from layers.snapshot import Snapshot
from layers.store.protocol import PublicReader
from layers.table import LayerTable

Json = dict[str, Any]

MEDIA_TYPE = 'application/ld+json;profile="https://github.com/LinkedPasts/linked-places-format"'
YEARS = range(10_000)
"""What ISO 8601 writes in four digits; other years have a sign and six."""

_LPO = "http://linkedpasts.org/ontology/lpo_latest.ttl#"
_SET = {"@container": "@set"}
_GEOJSON_TYPES = (
    *("FeatureCollection", "Feature", "GeometryCollection", "Point", "MultiPoint"),
    *("LineString", "MultiLineString", "Polygon", "MultiPolygon"),
)
CONTEXT: Mapping[str, Any] = {
    "@version": 1.1,
    "type": "@type",
    "lpo": _LPO,
    "geojson": "https://purl.org/geojson/vocab#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "dct": "http://purl.org/dc/terms/",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "gn": "http://www.geonames.org/ontology#",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "cito": "http://purl.org/spar/cito#",
    **{name: f"geojson:{name}" for name in _GEOJSON_TYPES},
    "features": {"@id": "lpo:hasFeature", **_SET},
    "properties": "geojson:properties",
    "geometry": "geojson:geometry",
    "geometries": {"@id": "lpo:setting", **_SET},
    # Lists of lists of numbers are one value, as they are for GeoJSON.
    "coordinates": {"@id": "geojson:coordinates", "@type": "@json"},
    "title": "dct:title",
    "identifier": "dct:identifier",
    "license": "dct:license",
    "label": "rdfs:label",
    "value": "http://www.w3.org/1999/02/22-rdf-syntax-ns#value",
    "ccodes": {"@id": "gn:countryCode", **_SET},
    "when": "lpo:when",
    "timespans": {"@id": "lpo:timespan", **_SET},
    **{name: f"lpo:has_{name}" for name in ("start", "end")},
    **{name: f"lpo:{name}" for name in ("in", "earliest", "latest")},
    "names": {"@id": "lpo:name_attestation", **_SET},
    "toponym": "lpo:toponym",
    "lang": "dct:language",
    "citations": {"@id": "cito:cites", **_SET},
    "types": {"@id": "lpo:type_attestation", **_SET},
    "sourceLabels": {"@id": "lpo:source_label", **_SET},
    "descriptions": {"@id": "dct:description", **_SET},
    "links": {"@id": "lpo:link_attestation", **_SET},
    "relations": {"@id": "lpo:rel_attestation", **_SET},
    "relationType": "lpo:relation_type",
    "relationTo": "lpo:relation_to",
    "certainty": "lpo:has_certainty",
    **{name: f"skos:{name}" for name in ("closeMatch", "exactMatch")},
    "seeAlso": "rdfs:seeAlso",
    "primaryTopicOf": "foaf:primaryTopicOf",
}
"""What the members mean, after the context that the format publishes."""

_AUTHORITIES: Mapping[str, str] = {
    "wikidata": "https://www.wikidata.org/entity/{}",
    "geonames": "https://sws.geonames.org/{}/",
    "unesco_whc": "https://whc.unesco.org/en/list/{}",
}
"""Schemes of `external_ids` whose identifiers have addresses."""
_FLAT = (
    *("name", "name_en", "name_ru", "name_fi", "record_id"),
    *("source", "source_id", "licence", "attribution", "as_of"),
)
_NEAR = frozenset({"exact_point", "boundary", "building"})
_ROUGH = frozenset({"locality", "municipality", "region", "country", "unknown"})


def write(
    _: Snapshot, reader: PublicReader, table: LayerTable, rows: Rows, __: Options = USUAL
) -> Generator[bytes]:
    """Yield one FeatureCollection, OGC:CRS84."""
    head = {"type": "FeatureCollection", "@context": CONTEXT}
    piece = orjson.dumps(head)[:-1] + b',"features":[\n'
    for batch in batches(table, rows, TEXTS_WEIGHT):
        texts = feature_bodies(reader, table, batch)
        yield piece + b",\n".join(places(table.layer, texts))
        piece = b",\n"
    yield (b"" if len(rows) else piece) + b"\n]}\n"


def places(layer: Layer, texts: Iterable[Text]) -> Iterator[bytes]:
    """Yield each GeoJSON feature of a layer as a Linked Place, without a context of its own."""
    for text in texts:
        yield orjson.dumps(linked_place(layer, orjson.loads(text)))


def linked_place(layer: Layer, feature: Json) -> Json:
    """Return a GeoJSON feature of a layer as a Linked Place.

    What cannot be told is left out: no time, no `when`; no known authority, no link.
    """
    told = feature["properties"]
    cited = [{"label": told["source"], **_some({"@id": told.get("source_url")})}]
    return {
        "@id": f"urn:uuid:{feature['id']}",
        "type": "Feature",
        "properties": _some(
            {
                "title": told.get("name", ""),
                "identifier": feature["id"],
                "ccodes": _countries(told),
                "license": told.get("licence"),
                # For those who read it as GeoJSON, as in the other formats.
                **{name: told.get(name) for name in _FLAT},
            }
        ),
        **_some({"when": _when(layer, told)}),
        "names": [
            {"toponym": name["value"], **_some({"lang": name.get("lang")}), "citations": cited}
            for name in told.get("names") or ()
        ],
        **_some(
            {
                "types": _types(layer, told),
                "descriptions": [
                    {"value": text, "lang": lang}
                    for lang, text in (told.get("description") or {}).items()
                ],
                "links": _links(told),
                "relations": _relations(layer, told),
            }
        ),
        "geometry": _geometry(feature["geometry"], told),
    }


def _some(members: Json) -> Json:
    return {name: value for name, value in members.items() if value not in (None, "", [], {})}


def _countries(told: Json) -> list[str]:
    ends = (told.get(name) for name in ("country", "country_a", "country_b"))
    return list(dict.fromkeys([*filter(None, ends), *(told.get("countries") or ())]))


def _when(layer: Layer, told: Json) -> Json | None:
    time = layer.time()
    if time is None or not told.get(time.name):
        return None
    first, last = (told.get(f"{time.name}_{side}") for side in ("from", "to"))
    span: Json = {}
    if first is not None:
        span["start"] = {"earliest": _year(first)}
    if last is not None:
        span["end"] = {"latest": _year(last)}
    return {"timespans": [span], "label": told[time.name]} if span else None


def _year(year: int) -> str:
    return f"{year:04}" if year in YEARS else f"{year:+07}"


def _types(layer: Layer, told: Json) -> list[Json]:
    terms = [field for field in layer.fields if field.kind is Kind.TERM and field.queryable]
    types = [
        {
            "identifier": f"{field.vocabulary}:{told[field.name]}",
            "label": label("en", field.vocabulary, told[field.name]),
            **_some({"sourceLabels": _original(told) if field.name == "kind" else None}),
        }
        for field in terms
        if field.name in {layer.group_by, "pair_type"} and told.get(field.name)
    ]
    return types or [{"identifier": f"layer:{layer.id}", "label": layer.title}]


def _original(told: Json) -> list[Json]:
    return [{"label": told["type_text"]}] if told.get("type_text") else []


def _links(told: Json) -> list[Json]:
    known = [
        {"type": "exactMatch", "identifier": _AUTHORITIES[one["scheme"]].format(one["value"])}
        for one in told.get("external_ids") or ()
        if one["scheme"] in _AUTHORITIES
    ]
    page = told.get("source_url")
    return [*known, *([{"type": "seeAlso", "identifier": page}] if page else [])]


def _relations(layer: Layer, told: Json) -> list[Json]:
    """Return what a feature is tied to: a pair to its cities, a site to the regions around it."""
    ends = [field.name for field in layer.fields if field.kind is Kind.REFERENCE]
    tied = [
        {"relationType": f"layer:{layer.id}", "relationTo": f"urn:uuid:{told[name]}", "label": name}
        for name in ends
        if told.get(name)
    ]
    within = "http://purl.org/dc/terms/isPartOf"
    regions = told.get("region_ids") or ()
    return [
        *tied,
        *({"relationType": within, "relationTo": f"urn:uuid:{region}"} for region in regions),
    ]


def _geometry(geometry: Json | None, told: Json) -> Json | None:
    precision = told.get("location_precision")
    if geometry is None or not (precision or told.get("coordinate_uncertainty_m")):
        return geometry
    if told.get("coordinate_uncertainty_m") or precision in _ROUGH:
        return {**geometry, "certainty": "uncertain"}
    return {**geometry, "certainty": "certain" if precision in _NEAR else "less-certain"}
