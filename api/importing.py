"""The pages and the route of imports: a file is sent, looked at, and imported or not."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from fastapi import Depends, Request
from starlette.datastructures import UploadFile
from starlette.responses import RedirectResponse, Response

from api.bodies import CurrentBody
from api.depends import CurrentWishes, Reads
from api.forms import CurrentPairs
from api.imports import (
    Sent,
    file_name,
    imported_upload,
    kept_upload,
    key_of,
    links_of,
    outcome,
    report_of,
    upload_named,
    written,
)
from api.links import GEOJSON, JSON
from api.negotiate import AS_JSON
from api.parameters_editing import (
    ACCEPT_VALID,
    DRY_RUN,
    ENCODING,
    FILE_SYSTEM,
    NEW_VISIBILITY,
    REGISTER,
)
from api.past import CurrentDesks
from api.records import PRIVATE, CurrentDesk, Desk, private_answer
from api.router import Router, Writes
from api.saving import Why
from geomap.access import Action, may_somewhere
from geomap.errors import (
    BodyUnreadable,
    CrsUnknown,
    FileUnreadable,
    ImportChanged,
    ImportFaulty,
    ImportGone,
    ParameterInvalid,
)
from geomap.model import Visibility
from geomap.uploads import MOST_BYTES, Upload
from layers.catalog import LAYERS
from layers.imports.sent import MOST_ROWS, Asked, profiles_of

CSV = "text/csv"
ENDS = {CSV: ".csv", GEOJSON: ".geojson", JSON: ".geojson"}
IMPORTS = "/collections/{layer_id}/imports"
PAGE = "/import/{layer_id}"
UPLOAD = PAGE + "/{upload_id}"
LONGEST_REASON = 1_000
WISHES = ("profile", "crs", "encoding", "visibility")

router = Router("Imports")


@router.write(
    "POST",
    IMPORTS,
    "importItems",
    Writes(
        Action.IMPORT,
        {
            "200": "What the import does, or would do, with every fault.",
            "400": "A parameter cannot be read.",
            "401": "Sign in.",
            "403": "Not in your rights.",
            "412": "Records have been changed while the file was read.",
            "413": "The file is too large.",
            "415": "The body is of a type that is not taken.",
            "422": "The file cannot be read, or rows of it are faulty; nothing was imported.",
        },
        tuple(ENDS),
        "file",
        AS_JSON,
        "import",
    ),
    Reads(DRY_RUN, ACCEPT_VALID, REGISTER, FILE_SYSTEM, ENCODING, NEW_VISIBILITY),
)
def import_items(desk: CurrentDesk, body: CurrentBody, wishes: CurrentWishes) -> Response:
    """Import a table or GeoJSON as one change; at first, only say what that would do."""
    kind = desk.request.headers.get("content-type", "").split(";")[0].strip().lower()
    asked = Asked(
        wishes.get(REGISTER) or "geomap",
        wishes.get(FILE_SYSTEM) or "",
        wishes.get(ENCODING) or "",
        Visibility(wishes.get(NEW_VISIBILITY) or "public"),
    )
    accept_valid = wishes.get(ACCEPT_VALID) is True
    sent = Sent(f"{desk.layer.id}{ENDS[kind]}", body.content, asked, accept_valid)
    found = outcome(desk, sent)
    dry_run = wishes.get(DRY_RUN) is not False
    done = None
    if not dry_run:
        why = Why("import", body.comment, body.key, body.asked)
        earlier = None
        if body.key:
            earlier = desk.service.store.answer(desk.actor.name, body.key, body.asked)
        done = earlier or written(desk, sent, found, why)
    report = report_of(desk, sent, found, dry_run=dry_run, done=done)
    return private_answer(desk.request, "import", {**report, "links": links_of(desk, done)})


async def posted_file(request: Request) -> tuple[str, bytes, dict[str, str]]:
    """Return the name and the bytes of a file that a form sends, and its other inputs.

    Raises:
        BodyUnreadable: It is no such form.
    """
    if not request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        raise BodyUnreadable("A form with a file is expected.")
    async with request.form(max_files=1, max_fields=20) as form:
        file = form.get("file")
        rest = {name: text for name, text in form.items() if isinstance(text, str)}
        if not isinstance(file, UploadFile):
            return "", b"", rest
        return file.filename or "", await file.read(MOST_BYTES + 1), rest


PostedFile = Annotated[tuple[str, bytes, dict[str, str]], Depends(posted_file)]


@router.page("GET", "/import", Action.IMPORT)
def layers(desks: CurrentDesks) -> Response:
    """Which layers the reader may import into; where that is one alone, its form."""
    mine = [one for one in LAYERS if may_somewhere(desks.actor, Action.IMPORT, one)]
    if len(mine) == 1:
        return _onwards(f"{PAGE.format(layer_id=mine[0])}?lang={desks.lang}")
    return private_answer(desks.request, "importInto", {"layers": mine, "links": []})


@router.page("GET", PAGE, Action.IMPORT)
def form(desk: CurrentDesk) -> Response:
    """The form that a file is sent with."""
    return _form(desk, {})


@router.page("POST", PAGE, Action.IMPORT)
def send(desk: CurrentDesk, posted: PostedFile) -> Response:
    """Read a file, and lead to what importing it would do; or say why it cannot be read."""
    name, content, inputs = posted
    try:
        sent = Sent(*_checked(name, content), _asked(desk, inputs))
        found = outcome(desk, sent)
    except (FileUnreadable, ParameterInvalid, CrsUnknown) as problem:
        return _form(desk, inputs, fault=str(problem), status=422)
    upload = kept_upload(desk, sent, found)
    return _onwards(f"{_page(desk)}/{upload.id}?lang={desk.lang}")


@router.page("GET", UPLOAD, Action.IMPORT)
def look_first(desk: CurrentDesk, upload_id: str) -> Response:
    """What importing a file would do, to be confirmed."""
    return _report(desk, upload_named(desk, upload_id))


@router.page("GET", UPLOAD + "/faults.csv", Action.IMPORT)
def faults(desk: CurrentDesk, upload_id: str) -> Response:
    """All faults of a file, as a table."""
    upload = upload_named(desk, upload_id)
    name = f"{Path(upload.name).stem}-faults.csv".encode("ascii", "replace").decode()
    headers = {**PRIVATE, "Content-Disposition": f'attachment; filename="{name}"'}
    return Response(upload.faults, media_type=CSV, headers=headers)


@router.page("POST", UPLOAD, Action.IMPORT)
def decide(desk: CurrentDesk, upload_id: str, pairs: CurrentPairs) -> Response:
    """Import a file as it was shown, or forget it."""
    inputs = dict(pairs)
    store = desk.service.store
    key = key_of(upload_id[:100])
    if earlier := store.answer(desk.actor.name, key, b"import"):
        return _onwards(f"/transactions/{earlier.transaction_id}?f=html&lang={desk.lang}")
    try:
        upload = upload_named(desk, upload_id)
    except ImportGone as problem:
        return _form(desk, {}, fault=str(problem), status=404)
    if "discard" in inputs:
        store.uploads.forget(desk.actor.account or f"name:{desk.actor.name}", upload.id)
        return _onwards(f"{_page(desk)}?lang={desk.lang}")
    return _imported(desk, upload, inputs)


def _imported(desk: Desk, upload: Upload, inputs: dict[str, str]) -> Response:
    comment = inputs.get("comment", "").strip()[:LONGEST_REASON] or upload.name
    accept_valid = inputs.get("accept_valid") == "1"
    try:
        done = imported_upload(desk, upload, comment, accept_valid=accept_valid)
    except ImportChanged:
        again = upload_named(desk, upload.id)
        return _report(desk, again, comment=comment, note="changed", status=409)
    except ImportFaulty:
        return _report(desk, upload, comment=comment, note="faulty", status=422)
    if done is None:
        return _report(desk, upload, comment=comment, note="nothing")
    return _onwards(f"/transactions/{done.transaction_id}?f=html&lang={desk.lang}")


def _checked(name: str, content: bytes) -> tuple[str, bytes]:
    """Return the name and the bytes of a file.

    Raises:
        FileUnreadable: There is none, it is too large, or of no kind that is read.
    """
    if not name:
        raise FileUnreadable("Choose a file.")
    if len(content) > MOST_BYTES:
        raise FileUnreadable(f"The file is larger than {MOST_BYTES >> 20} MiB; send it in parts.")
    return file_name(name), content


def _asked(desk: Desk, inputs: dict[str, str]) -> Asked:
    """Return how a file is to be read.

    Raises:
        ParameterInvalid: In a way that there is not.
    """
    return Asked(
        inputs.get("profile") or "geomap",
        FILE_SYSTEM.read(inputs["crs"]) if inputs.get("crs") else "",
        ENCODING.read(inputs["encoding"]) if inputs.get("encoding") else "",
        Visibility(NEW_VISIBILITY.read(inputs.get("visibility") or "public")),
    )


def _page(desk: Desk) -> str:
    return PAGE.format(layer_id=desk.layer.id)


def _onwards(path: str) -> Response:
    return RedirectResponse(path, status_code=303, headers=PRIVATE)


def _form(desk: Desk, inputs: dict[str, str], *, fault: str = "", status: int = 200) -> Response:
    body = {
        "profiles": profiles_of(desk.layer.id),
        "inputs": {name: inputs.get(name, "") for name in WISHES},
        "fault": fault,
        "most_rows": MOST_ROWS,
        "most_mib": MOST_BYTES >> 20,
        "links": [],
    }
    answer = private_answer(desk.request, "importForm", body)
    answer.status_code = status
    return answer


def _report(
    desk: Desk, upload: Upload, *, comment: str = "", note: str = "", status: int = 200
) -> Response:
    told: dict[str, Any] = {
        **upload.report,
        "upload": upload.id,
        "comment": comment or upload.name,
        "note": note,
        "links": [],
    }
    answer = private_answer(desk.request, "import", told)
    answer.status_code = status
    return answer
