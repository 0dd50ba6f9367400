"""What search engines read of a page: Schema.org, as JSON-LD."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urljoin

from web.pages.values import is_web

Json = dict[str, Any]

CONTEXT = "https://schema.org/"
TYPES: Mapping[str, str] = {
    "sites": "LandmarksOrHistoricalBuildings",
    "cities": "City",
    "regions": "AdministrativeArea",
}
"""Layer → type of its features; a pair is no place, and is told as an intangible thing."""


def dataset(collection: Json, address: str, publisher: str) -> Json:
    """Return a collection as a Dataset with its downloads and extent."""
    files = [one for one in collection["links"] if one["rel"] == "enclosure"]
    return _some(
        {
            "@context": CONTEXT,
            "@type": "Dataset",
            "@id": address,
            "url": address,
            "name": collection["title"],
            "description": collection["description"],
            "creditText": collection.get("attribution"),
            "publisher": {"@type": "Organization", "name": publisher},
            "isAccessibleForFree": True,
            "spatialCoverage": _extent(collection),
            "temporalCoverage": _time(collection),
            "distribution": [
                {
                    "@type": "DataDownload",
                    "contentUrl": one["href"],
                    "encodingFormat": one["type"],
                }
                for one in files
            ],
        }
    )


def thing(layer_id: str, feature: Json, address: str) -> Json:
    """Return a feature as a Place, or as what its layer's features are."""
    told = feature["properties"]
    names = [name["value"] for name in told.get("names") or ()]
    name = told.get("name", "")
    made = {
        "@context": CONTEXT,
        "@type": TYPES.get(layer_id, "Intangible" if layer_id == "twins" else "Place"),
        "@id": address,
        "url": address,
        "name": name,
        "alternateName": list(dict.fromkeys(one for one in names if one != name)),
        "description": next(iter((told.get("description") or {}).values()), None),
        "sameAs": [url for url in (told.get("source_url"),) if url and is_web(url)],
        "license": told.get("licence") if is_web(str(told.get("licence") or "")) else None,
        "creditText": told.get("attribution"),
        "image": [_image(photo, address) for photo in told.get("photos") or ()],
    }
    if layer_id != "twins":
        made |= {"geo": _geo(feature["geometry"]), "address": _address(told)}
    return _some(made)


def _image(photo: Json, address: str) -> Json:
    return _some(
        {
            "@type": "ImageObject",
            "contentUrl": urljoin(address, photo["href"]),
            "thumbnailUrl": urljoin(address, photo["thumbnail"]),
            "description": photo["alt"],
            "caption": photo.get("caption"),
            "creditText": photo["author"],
            "license": photo["licence"] if is_web(photo["licence"]) else None,
        }
    )


def _some(members: Json) -> Json:
    return {name: value for name, value in members.items() if value not in (None, "", [], {})}


def _extent(collection: Json) -> Json | None:
    boxes = collection["extent"].get("spatial", {}).get("bbox")
    if not boxes:
        return None
    west, south, east, north = boxes[0]
    # Schema.org has latitude first.
    shape = {"@type": "GeoShape", "box": f"{south} {west} {north} {east}"}
    return {"@type": "Place", "geo": shape}


def _time(collection: Json) -> str | None:
    intervals = collection["extent"].get("temporal", {}).get("interval")
    if not intervals:
        return None
    return "/".join((end or "..")[:10] for end in intervals[0])


def _geo(geometry: Json | None) -> Json | None:
    if geometry is None:
        return None
    if geometry["type"] == "Point":
        lng, lat = geometry["coordinates"][:2]
        return {"@type": "GeoCoordinates", "longitude": lng, "latitude": lat}
    places = list(_places(geometry["coordinates"]))
    lngs, lats = [place[0] for place in places], [place[1] for place in places]
    box = f"{min(lats)} {min(lngs)} {max(lats)} {max(lngs)}"
    return {"@type": "GeoShape", "box": box}


def _places(coordinates: list[Any]) -> Any:
    if isinstance(coordinates[0], int | float):
        yield coordinates
        return
    for part in coordinates:
        yield from _places(part)


def _address(told: Json) -> Json | None:
    parts = {
        "addressCountry": told.get("country"),
        "addressLocality": told.get("municipality"),
    }
    return {"@type": "PostalAddress", **_some(parts)} if any(parts.values()) else None
