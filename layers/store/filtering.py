"""Filters over the rows of SQLite: which expression has which column of a layer."""

from __future__ import annotations

from typing import Any

from layers.catalog import layer_named
from layers.content import NAME_COLUMNS
from layers.cql2.filter import Filter
from layers.cql2.sql import DIALECTS, Binding, where
from layers.store.statements import statements

NEAR = (
    "seq IN (SELECT seq FROM public_rtree"
    " WHERE west <= {2} AND east >= {0} AND south <= {3} AND north >= {1})"
)


def binding_of(layer_id: str) -> Binding:
    """Return where the public projection has the columns of a layer; computed ones it has not.

    Raises:
        LayerNotFound: There is no such layer.
    """
    stored = (*layer_named(layer_id).columns(), *NAME_COLUMNS)
    columns = {
        name: f"json_extract(CAST(columns AS TEXT), '$[{place}]')"
        for place, name in enumerate(stored)
    }
    return Binding({**columns, "id": "id", "geometry": "geometry"}, NEAR)


def filtered(layer_id: str, asked: Filter) -> tuple[str, dict[str, Any]]:
    """Return the statement that finds the rows a filter keeps, and its values.

    Raises:
        ParameterInvalid: The filter asks for what only the read side computes.
    """
    said = where(asked, DIALECTS["sqlite"], binding_of(layer_id))
    text = statements("sqlite")["public_filtered"].replace("{condition}", said.text)
    return text, {"layer": layer_id, **said.values}
