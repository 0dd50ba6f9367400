"""JSON Schemas of the bodies, in the dialect of OpenAPI 3.0."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Schema = Mapping[str, Any]

_TEXT: Schema = {"type": "string"}
_NUMBER: Schema = {"type": "number"}
_COUNT: Schema = {"type": "integer", "minimum": 0}
_ANYTHING: Schema = {"type": "object", "additionalProperties": True}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def _list(items: Schema, **more: Any) -> Schema:
    return {"type": "array", "items": items, **more}


def _object(required: str, **properties: Schema) -> Schema:
    schema: dict[str, Any] = {"type": "object", "properties": properties}
    # OpenAPI 3.0 allows no empty list here.
    return schema | ({"required": required.split()} if required else {})


_LINKS = _list(_ref("link"))
_NULLABLE_TIME: Schema = {"type": "string", "format": "date-time", "nullable": True}

SCHEMAS: Mapping[str, Schema] = {
    "link": _object("href rel", href=_TEXT, rel=_TEXT, type=_TEXT, title=_TEXT),
    "problem": _object(
        "type title status", type=_TEXT, title=_TEXT, status=_COUNT, detail=_TEXT, instance=_TEXT
    ),
    "photo": _object(
        "photo alt author licence",
        photo={"type": "string", "format": "binary"},
        alt=_TEXT,
        author=_TEXT,
        licence=_TEXT,
        caption=_TEXT,
    ),
    "problemType": _object("name title", name=_TEXT, title=_TEXT, links=_LINKS),
    "landingPage": _object("links", title=_TEXT, description=_TEXT, links=_LINKS),
    "conformance": _object("conformsTo", conformsTo=_list(_TEXT), links=_LINKS),
    "openapi": _ANYTHING,
    "extent": _object(
        "",
        spatial=_object("bbox", bbox=_list(_list(_NUMBER, minItems=4, maxItems=6)), crs=_TEXT),
        temporal=_object(
            "interval", interval=_list(_list(_NULLABLE_TIME, minItems=2, maxItems=2)), trs=_TEXT
        ),
    ),
    "functions": _object(
        "functions",
        functions=_list(
            _object(
                "name returns",
                name=_TEXT,
                description=_TEXT,
                args=_list(_object("type", type=_list(_TEXT))),
                returns=_list(_TEXT),
            )
        ),
        links=_LINKS,
    ),
    "collection": _object(
        "id links",
        id=_TEXT,
        title=_TEXT,
        description=_TEXT,
        attribution=_TEXT,
        extent=_ref("extent"),
        itemType=_TEXT,
        crs=_list(_TEXT),
        storageCrs=_TEXT,
        links=_LINKS,
    ),
    "collections": _object(
        "links collections",
        links=_LINKS,
        crs=_list(_TEXT),
        collections=_list(_ref("collection")),
    ),
    "schema": _ANYTHING,
    "geometry": {
        **_object("type", type=_TEXT, coordinates={"type": "array", "items": {}}),
        "nullable": True,
    },
    "feature": _object(
        "type geometry properties",
        type={"type": "string", "enum": ["Feature"]},
        id=_TEXT,
        geometry=_ref("geometry"),
        properties=_ANYTHING,
        links=_LINKS,
    ),
    "patch": _ANYTHING,
    "form": _ANYTHING,
    "signIn": _ANYTHING,
    "password": _ANYTHING,
    "account": _object(
        "role rights",
        name={**_TEXT, "nullable": True},
        role=_TEXT,
        signed_in={"type": "boolean"},
        scope={"type": "object", "nullable": True},
        rights=_ANYTHING,
        links=_LINKS,
        waiting=_COUNT,
        notices=_object(
            "unread",
            unread=_COUNT,
            feed_since={**_TEXT, "nullable": True},
            mail={**_TEXT, "nullable": True},
        ),
    ),
    "notices": _object(
        "unread newest notices",
        unread=_COUNT,
        newest=_COUNT,
        notices=_list(
            _object(
                "number kind text at read",
                number=_COUNT,
                kind=_TEXT,
                text=_TEXT,
                count=_COUNT,
                name=_TEXT,
                message=_TEXT,
                who=_TEXT,
                path=_TEXT,
                at=_TEXT,
                read={"type": "boolean"},
            )
        ),
        links=_LINKS,
    ),
    "rights": _object("actions", id=_TEXT, actions=_list(_TEXT), links=_LINKS),
    "history": _object(
        "revisions",
        id=_TEXT,
        latest=_COUNT,
        deleted={"type": "boolean"},
        revisions=_list(_ANYTHING),
        links=_LINKS,
    ),
    "drafts": _object(
        "drafts",
        drafts=_list(
            _object(
                "layer record name href began_at saved_at",
                layer=_TEXT,
                record=_TEXT,
                name=_TEXT,
                href=_TEXT,
                began_at=_TEXT,
                saved_at=_TEXT,
            )
        ),
        links=_LINKS,
    ),
    "suggestion": _object(
        "id layer feature_id kind status",
        id=_TEXT,
        layer=_TEXT,
        feature_id=_TEXT,
        kind=_TEXT,
        title=_TEXT,
        status=_TEXT,
        at=_TEXT,
        message=_TEXT,
        changes=_list(_ANYTHING),
        reason=_TEXT,
        links=_LINKS,
    ),
    "suggestions": _object(
        "suggestions", suggestions=_list(_ref("suggestion")), matched=_COUNT, links=_LINKS
    ),
    "decision": _object(
        "decision",
        ids=_list(_TEXT),
        filter=_ANYTHING,
        decision={"type": "string", "enum": ["approve", "return", "reject"]},
        reason=_TEXT,
        skip_conflicts={"type": "boolean"},
    ),
    "decided": _object(
        "transaction_id decided",
        transaction_id=_TEXT,
        decided=_COUNT,
        changed=_COUNT,
        skipped=_list(_ANYTHING),
    ),
    "writes": _object("writes", writes=_list(_ANYTHING), links=_LINKS),
    "write": _object(
        "transaction_id changes",
        transaction_id=_TEXT,
        at=_TEXT,
        actor=_TEXT,
        action=_TEXT,
        comment=_TEXT,
        changes=_list(_ANYTHING),
        blocked=_list(_ANYTHING),
        links=_LINKS,
    ),
    "file": {"type": "string", "format": "binary"},
    "import": _object(
        "rows created changed unchanged refused faults",
        layer=_TEXT,
        file=_TEXT,
        rows=_COUNT,
        created=_COUNT,
        changed=_COUNT,
        unchanged=_COUNT,
        recognised=_COUNT,
        refused=_COUNT,
        warned=_COUNT,
        dry_run={"type": "boolean"},
        transaction_id={**_TEXT, "nullable": True},
        fault_count=_COUNT,
        faults=_list(_ANYTHING),
        links=_LINKS,
    ),
    "done": _object("transaction_id", transaction_id=_TEXT, changed=_COUNT),
    "features": _object(
        "type features",
        type={"type": "string", "enum": ["FeatureCollection"]},
        features=_list(_ref("feature")),
        numberMatched=_COUNT,
        numberReturned=_COUNT,
        links=_LINKS,
    ),
    "exact": _object(
        "type features",
        type={"type": "string", "enum": ["FeatureCollection"]},
        features=_list(_ANYTHING),
        numberReturned=_COUNT,
        links=_LINKS,
    ),
    "overview": _object(
        "type features not_shown",
        type={"type": "string", "enum": ["FeatureCollection"]},
        features=_list(_ref("feature")),
        numberMatched=_COUNT,
        numberReturned=_COUNT,
        not_shown=_COUNT,
    ),
    "facets": _object(
        "matched facets",
        matched=_COUNT,
        facets={
            "type": "object",
            "additionalProperties": {"type": "object", "additionalProperties": _COUNT},
        },
    ),
    "hits": _object(
        "results",
        results=_list(
            _object(
                "layer id name label",
                layer=_TEXT,
                id=_TEXT,
                name=_TEXT,
                label=_TEXT,
                country=_TEXT,
                kind=_TEXT,
                lng=_NUMBER,
                lat=_NUMBER,
                bbox=_list(_NUMBER, minItems=4, maxItems=4),
            )
        ),
    ),
    "tileSet": _object(
        "dataType crs tileMatrixSetURI links",
        title=_TEXT,
        dataType=_TEXT,
        crs=_TEXT,
        tileMatrixSetURI=_TEXT,
        layers=_list(_ANYTHING),
        boundingBox=_ANYTHING,
        links=_LINKS,
    ),
    "tileSets": _object("tilesets", tilesets=_list(_ref("tileSet")), links=_LINKS),
    "tileJson": _object(
        "tilejson tiles vector_layers",
        tilejson=_TEXT,
        name=_TEXT,
        attribution=_TEXT,
        scheme=_TEXT,
        tiles=_list(_TEXT),
        minzoom=_COUNT,
        maxzoom=_COUNT,
        bounds=_list(_NUMBER),
        vector_layers=_list(_ANYTHING),
    ),
    "tileMetadata": _ANYTHING,
    "tileMatrixSets": _object("tileMatrixSets", tileMatrixSets=_list(_ANYTHING)),
    "tileMatrixSet": _object("tileMatrices", id=_TEXT, tileMatrices=_list(_ANYTHING)),
    "styles": _object("styles", styles=_list(_ANYTHING), default=_TEXT, links=_LINKS),
    "style": _object(
        "version sources layers",
        version=_COUNT,
        name=_TEXT,
        sources=_ANYTHING,
        layers=_list(_ANYTHING),
    ),
    "health": _object("status", status=_TEXT, checks=_ANYTHING),
}
