"""Profiles (OGC 23-058r2, 21-045r1): how references look, and whether GeoJSON is JSON-FG."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from fastapi import Request

from api.links import url
from layers.fragments import Text
from layers.layer import Kind, Layer
from layers.table import LayerTable

PREFIX = "http://www.opengis.net/def/profile/OGC/0/"
CURIE = "[ogc-profile:"


@dataclass(frozen=True, slots=True)
class Profiles:
    """The profiles that a request prefers; one that is not known here changes nothing."""

    named: tuple[str, ...] = ()

    @property
    def jsonfg(self) -> bool:
        """Whether what is asked for as GeoJSON shall be JSON-FG."""
        form = next((one for one in self.named if one in {"rfc7946", *_FG}), "rfc7946")
        return form in _FG

    @property
    def without_fallback(self) -> bool:
        """Whether JSON-FG shall have no `geometry` beside its `place`."""
        return "jsonfg" in self.named and "jsonfg-plus" not in self.named

    @property
    def reference(self) -> str:
        """How references to other features are told."""
        return next((one for one in self.named if one in REFERENCES), "rel-as-key")

    def reads(self, layer: Layer) -> list[str]:
        """Return the layers whose features are named in references."""
        linked = self.reference == "rel-as-link"
        return list(dict.fromkeys(references_of(layer).values())) if linked else []

    def uris(self, form: str, layer: Layer) -> list[str]:
        """Return the addresses of the profiles that an answer has."""
        if form == "linkedplaces":
            return []
        jsonfg = "jsonfg" if self.without_fallback else "jsonfg-plus"
        has = [jsonfg if form == "jsonfg" else "rfc7946"]
        if references_of(layer):
            has.append(self.reference)
        return [PREFIX + one for one in has]

    def applied(
        self,
        request: Request,
        tables: Mapping[str, LayerTable],
        layer: Layer,
        texts: Iterable[Text],
    ) -> Iterator[Text]:
        """Yield GeoJSON texts with their references as wished."""
        told, names = REFERENCES[self.reference], references_of(layer)
        if told is None or not names:
            yield from texts
            return
        for text in texts:
            feature = orjson.loads(text)
            properties = feature["properties"]
            for name, of in names.items():
                if key := properties.get(name):
                    address = url(request, f"/collections/{of}/items/{key}")
                    properties[name] = told(address, tables[of], key)
            yield orjson.dumps(feature)


def profiles_named(names: Iterable[str]) -> Profiles:
    """Return the profiles of some addresses, safe CURIEs or ids."""
    bare = (name.removeprefix(PREFIX).removeprefix(CURIE).removesuffix("]") for name in names)
    return Profiles(tuple(bare))


def references_of(layer: Layer) -> dict[str, str]:
    """Return the fields that name a feature of another layer: field → layer."""
    return {field.name: field.of for field in layer.fields if field.kind is Kind.REFERENCE}


def _as_uri(address: str, _: LayerTable, __: str) -> str:
    return address


def _as_link(address: str, table: LayerTable, key: str) -> dict[str, Any]:
    titles = [table.value("name", row) for row in table.positions([key]).tolist()]
    return {"href": address, **({"title": titles[0]} if titles else {})}


_FG = frozenset({"jsonfg", "jsonfg-plus"})
REFERENCES: Mapping[str, Callable[[str, LayerTable, str], Any] | None] = {
    "rel-as-key": None,
    "rel-as-uri": _as_uri,
    "rel-as-link": _as_link,
}
