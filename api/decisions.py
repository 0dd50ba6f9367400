"""The reviewer's side of suggestions, for programs: the queue, and decisions on many at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import Request
from starlette.responses import Response

from api.auth import CurrentActor
from api.bodies import CurrentBody
from api.depends import CurrentWishes, Reads
from api.links import JSON, link, url
from api.negotiate import AS_JSON
from api.parameters import AFTER, FORMAT, LIMIT, number_after
from api.parameters_editing import OF_QUEUE
from api.proposing import told
from api.records import private_answer
from api.reviewing import Verdict, decide, hindrance_told, may_review
from api.router import Router, Writes
from api.service import CurrentService
from api.suggestions import DeskOf
from geomap.access import Action, Actor, folded
from geomap.errors import InputFaulty
from geomap.model import Fault
from geomap.suggestions import LONGEST_MESSAGE, MOST_DECIDED, VERBS, Kind, Status, Wanted
from layers.given import parsed
from layers.suggesting import outcomes

QUEUE = "/suggestions/queue"
MOST = 1_000
DECISIONS: Mapping[str, Status] = {verb: status for status, verb in VERBS.items()}
_NOWHERE = frozenset({"\0"})
_KNOWN = ("ids", "filter", "decision", "reason", "skip_conflicts")

router = Router("Suggestions")


@router.get(
    QUEUE,
    "getSuggestionQueue",
    Reads(FORMAT, LIMIT, AFTER, *OF_QUEUE),
    AS_JSON,
    "suggestions",
    action=Action.REVIEW,
)
def queue(
    request: Request,
    service: CurrentService,
    desk_of: DeskOf,
    actor: CurrentActor,
    wishes: CurrentWishes,
) -> Response:
    """Suggestions to be decided, the oldest first, each with what stands against it."""
    limit = wishes.limit(100, MOST)
    asked = {one.name: value for one in OF_QUEUE if (value := wishes.get(one)) is not None}
    after = number_after(wishes.get(AFTER)) or 0
    wanted = wanted_by(actor, asked)
    page = service.store.suggestions.wanted(wanted, after=after, limit=limit)
    found = [one for one in outcomes(page, service.store) if may_review(actor, one, service.store)]
    links = [link(url(request, QUEUE), "self", JSON)]
    if len(page) == limit:
        following = {**dict(request.query_params), "after": str(page[-1].number)}
        links.append(link(url(request, QUEUE, following), "next", JSON))
    body = {
        "suggestions": [
            {
                **told(desk_of(one.suggestion.layer), one.suggestion),
                "author": one.suggestion.told_author,
                "conflicts": hindrance_told(one)["conflicts"],
            }
            for one in found
        ],
        "matched": service.store.suggestions.count(wanted),
        "links": links,
    }
    return private_answer(request, "queue", body)


@router.write(
    "POST",
    "/suggestions/decide",
    "decideSuggestions",
    Writes(
        Action.REVIEW,
        {
            "200": "They are decided; the answer names the write, which can be undone in turn.",
            "400": "The body cannot be read.",
            "401": "Sign in.",
            "403": "Not in your rights.",
            "404": "One of them is not there, or not for you.",
            "409": "Some wait no longer, or cannot be approved as things are; all are listed.",
            "415": "The body is of a type that is not taken.",
            "422": "Something is wrong with values of the body; all of it is listed.",
        },
        (JSON,),
        "decision",
        AS_JSON,
        "decided",
    ),
)
def decide_many(
    request: Request, service: CurrentService, actor: CurrentActor, body: CurrentBody
) -> Response:
    """Approve, return or reject up to 1,000 suggestions at once: all of them, or none."""
    document = parsed(body.content)
    _check(document)
    reason = str(document.get("reason", "")).strip()
    skips = document.get("skip_conflicts") is True
    status = DECISIONS[document["decision"]]
    verdict = Verdict(status, reason, skips, body.key, body.asked)
    done = decide(service, actor, _ids(service, actor, document), verdict)
    answer = {
        "transaction_id": done.written.transaction_id,
        "decided": len(done.suggestions),
        "changed": done.written.created + done.written.updated + done.written.deleted,
        "skipped": [hindrance_told(one) for one in done.skipped],
    }
    return private_answer(request, "decided", answer)


def wanted_by(actor: Actor, asked: Mapping[str, Any]) -> Wanted:
    """Return which suggestions someone asks for.

    Args:
        actor: Whose own part of the world `mine` means: their municipalities.
        asked: Values by the names of `api.parameters_editing.OF_QUEUE`, as those read them.
    """
    municipalities = frozenset(map(folded, asked.get("municipality", ())))
    if asked.get("mine"):
        limit = actor.limit.municipalities if actor.limit else frozenset()
        own = limit or actor.scope.municipalities
        both = municipalities & own if municipalities and own else municipalities | own
        # Where the two have nothing in common there is nothing: no municipality is called so.
        municipalities = both or (municipalities and _NOWHERE)
    return Wanted(
        frozenset(map(Status, asked.get("status") or ("waiting",))),
        frozenset(map(Kind, asked.get("kind", ()))),
        frozenset(asked.get("layer", ())),
        municipalities,
        asked.get("until"),
        asked.get("since"),
    )


def _ids(service: CurrentService, actor: Actor, document: Mapping[str, Any]) -> list[str]:
    """Return the ids that a body names, or those that its filter finds.

    Raises:
        InputFaulty: There are none, or more than are decided at once.
    """
    if "ids" in document:
        return list(dict.fromkeys(document["ids"]))
    wanted = wanted_by(actor, _filter(document["filter"]))
    page = service.store.suggestions.wanted(wanted, limit=MOST_DECIDED + 1)
    found = [one for one in outcomes(page, service.store) if may_review(actor, one, service.store)]
    if not 0 < len(found) <= MOST_DECIDED:
        hint = f"It finds {len(found) or 'none'}; from 1 to {MOST_DECIDED:,} are decided at once."
        raise InputFaulty([Fault("VALUE_INVALID", "filter", "", hint)])
    return [one.suggestion.id for one in found]


def _filter(stated: Mapping[str, Any]) -> dict[str, Any]:
    """Return the filter of a body as the query string would state it."""
    known = {one.name: one for one in OF_QUEUE}
    texts = {
        name: ",".join(map(str, value)) if isinstance(value, list) else str(value).lower()
        if isinstance(value, bool) else str(value)
        for name, value in stated.items()
    }  # fmt: skip
    return {name: known[name].read(text) for name, text in texts.items()}


def _check(document: Mapping[str, Any]) -> None:
    """Refuse a body that is no decision.

    Raises:
        InputFaulty: With every fault.
    """
    faults = [
        Fault("COLUMN_UNKNOWN", name, str(document[name])[:200], f"Known are {', '.join(_KNOWN)}.")
        for name in document.keys() - {*_KNOWN}
    ]
    faults += [fault for check in (_which, _how) for fault in check(document)]
    if faults:
        raise InputFaulty(faults)


def _which(document: Mapping[str, Any]) -> list[Fault]:
    """Return what is wrong with the naming of suggestions."""
    if ("ids" in document) == ("filter" in document):
        return [Fault("REQUIRED_MISSING", "ids", "", "Name either ids or a filter.")]
    if "filter" in document:
        known = [one.name for one in OF_QUEUE]
        stated = document["filter"]
        if isinstance(stated, dict) and stated.keys() <= {*known}:
            return []
        return [Fault("VALUE_INVALID", "filter", str(stated)[:200], f"By {', '.join(known)}.")]
    ids = document["ids"]
    sound = isinstance(ids, list) and all(isinstance(one, str) for one in ids)
    if sound and 0 < len(ids) <= MOST_DECIDED:
        return []
    hint = f"A list of 1 to {MOST_DECIDED:,} ids is expected."
    return [Fault("VALUE_INVALID", "ids", str(ids)[:100], hint)]


def _how(document: Mapping[str, Any]) -> list[Fault]:
    """Return what is wrong with the decision itself and its reason."""
    faults = []
    decision, reason = document.get("decision"), document.get("reason", "")
    if not isinstance(decision, str) or decision not in DECISIONS:
        hint = f"One of {', '.join(DECISIONS)} is expected."
        faults.append(Fault("ENUM_UNKNOWN", "decision", str(decision)[:200], hint))
    if not isinstance(reason, str) or len(reason) > LONGEST_MESSAGE:
        hint = f"A text of up to {LONGEST_MESSAGE} characters is expected."
        faults.append(Fault("VALUE_INVALID", "reason", str(reason)[:200], hint))
    elif not reason.strip() and decision in ("return", "reject"):
        hint = "The author is told why."
        faults.append(Fault("REQUIRED_MISSING", "reason", "", hint))
    if not isinstance(document.get("skip_conflicts", False), bool):
        value = str(document["skip_conflicts"])[:200]
        faults.append(Fault("VALUE_INVALID", "skip_conflicts", value, "true or false is expected."))
    return faults
