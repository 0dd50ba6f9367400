"""Records as those with rights see them: exact, whatever the public sees."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import blake2b
from typing import Any

import numpy as np
import orjson

from geomap.model import Feature, Source, Visibility
from layers.computed import computed_members
from layers.projection import exact_body as projected
from layers.store.records import contents
from layers.stored_texts import spliced
from layers.table import LayerTable

MARK_BYTES = 9


def exact_text(feature: Feature, source: Source) -> bytes:
    """Return a record as a GeoJSON Feature (OGC:CRS84), in the form of a public one.

    `visibility` tells what the public sees of it; beside it stand `cell_km` and `public_names`,
    which the public never sees. The text ends with the members of `properties` (`…}}`).
    """
    hidden: dict[str, Any] = {"cell_km": feature.cell_km}
    if names := feature.properties.get("public_names"):
        hidden["public_names"] = names
    text = projected(feature, source)
    return b"%s,%s}}" % (text[:-2], orjson.dumps(hidden)[1:-1])


def exact_body(feature: Feature, source: Source, table: LayerTable, lang: str) -> bytes:
    """Return `exact_text` with what the read side computes, where the public sees the feature."""
    text = exact_text(feature, source)
    rows = table.positions([feature.id])
    if feature.visibility is not Visibility.PUBLIC or not len(rows):
        return text
    return spliced(text, computed_members(table, np.asarray(rows[:1]), lang)[0])


def exact_object(feature: Feature, source: Source) -> Mapping[str, Any]:
    """Return `exact_text`, parsed."""
    parsed: Mapping[str, Any] = orjson.loads(exact_text(feature, source))
    return parsed


def record_mark(feature: Feature) -> str:
    """Return what tells this revision of a record from every other, in hexadecimal."""
    [(_, digest)] = contents([feature])
    return blake2b(b"%d:%s" % (feature.revision, digest), digest_size=MARK_BYTES).hexdigest()


def body_mark(text: bytes) -> str:
    """Return what tells a published text from every other, in hexadecimal."""
    return blake2b(text, digest_size=MARK_BYTES).hexdigest()
