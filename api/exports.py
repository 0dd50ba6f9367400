"""Exports: all that matches, in one file, streamed in flat memory."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from itertools import chain

from fastapi import Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from api.depends import CurrentWishes, ReadableLayer, Reads, query_of
from api.features import found
from api.negotiate import VARY, is_held, tag_of
from api.parameters import BOM, BOXES, CRS, FILTERS, FORMAT
from api.router import Router
from api.service import CurrentService
from layers.exports.table import EXPORTS, export_named, options_for
from layers.fragments import Text
from layers.query import matching_rows

AS_EXPORT = {export.name: export.media_type for export in EXPORTS.values()}

router = Router("Exports")
_READS = Reads(FORMAT, CRS, BOM, *BOXES, *FILTERS, filters=True)


@router.get("/collections/{layer_id}/export", "export", _READS, AS_EXPORT, "features")
def export_layer(
    request: Request, layer: ReadableLayer, wishes: CurrentWishes, service: CurrentService
) -> Response:
    """All features that match, as a file."""
    export = export_named(request.state.format)
    system = wishes.get(CRS)
    options = options_for(export, system.code if system else None, bom=wishes.get(BOM))
    with ExitStack() as stack:
        snapshot, reader = stack.enter_context(service.follower.reading())
        table = snapshot.tables[layer.id]
        tag = tag_of(request, table.version, export.media_type)
        headers = {
            "ETag": f'"{tag}"',
            "Vary": VARY,
            "Content-Disposition": f'attachment; filename="{layer.id}{export.suffix}"',
        }
        rows = matching_rows(table, found(query_of(wishes, layer), layer, reader))
        if is_held(request, tag):
            return Response(status_code=304, headers=headers)
        if request.method == "HEAD":
            return Response(media_type=export.media_type, headers=headers)
        pieces = export.write(snapshot, reader, table, rows, options)
        stack.callback(pieces.close)
        # What can be refused is refused with the first piece, while there is no answer yet.
        first = next(pieces)
        return Download(chain([first], pieces), stack.pop_all(), export.media_type, headers)


class Download(StreamingResponse):
    """A file on its way out. Once the client has it, or has gone, nothing is left of it here."""

    def __init__(
        self, pieces: Iterable[Text], held: ExitStack, media_type: str, headers: Mapping[str, str]
    ) -> None:
        super().__init__(pieces, media_type=media_type, headers=headers)
        self._held = held

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the file, and let go of what it is read from."""
        with self._held:
            await super().__call__(scope, receive, send)
