"""What whoever asks is, and what they may do: in all, and with one record, told before they try."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from fastapi import Request
from starlette.responses import Response

from api.auth import CurrentActor
from api.depends import Language, ReadableId, Reads
from api.doors import OF_ACCOUNT, OF_LAYER, links_to
from api.features import ITEM
from api.links import Link
from api.negotiate import AS_JSON, ONLY_JSON
from api.parameters import FORMAT, LANG
from api.records import CurrentDesk, private_answer
from api.router import Router
from api.service import CurrentService, Service
from geomap.access import SCOPED, Action, Actor, may_somewhere, reach
from geomap.errors import FeatureNotFound
from geomap.model import Feature
from geomap.suggestions import Wanted
from layers.catalog import LAYERS
from layers.projection import flat_names
from layers.store.protocol import Store

OF_RECORDS = (Action.SUGGEST, Action.SEE, Action.CHANGE, Action.DELETE, Action.RESTORE)
"""What can be done with a record that is there."""

router = Router("Accounts")


@router.get("/account", "getAccount", Reads(FORMAT, LANG), AS_JSON, "account")
def account(
    request: Request, service: CurrentService, actor: CurrentActor, lang: Language
) -> Response:
    """Who asks, where their rights reach, what they may do on each layer, and where that is."""
    body: dict[str, Any] = {
        "name": actor.name or None,
        "role": actor.role.value,
        "signed_in": actor.by_browser,
        "scope": _scope(actor, service.store, lang),
        "rights": {layer: _rights(actor, layer) for layer in LAYERS},
        "links": _links(request, actor, lang),
    }
    if may_somewhere(actor, Action.REVIEW):
        body["waiting"] = service.store.suggestions.count(Wanted())
    if actor.account and reach(actor, Action.OWN_ACCOUNT):
        body["notices"] = _notices(service, actor.account)
    return private_answer(request, "account", body)


@router.get(f"{ITEM}/rights", "getRights", Reads(FORMAT, LANG), ONLY_JSON, "rights")
def rights(desk: CurrentDesk, feature_id: ReadableId) -> Response:
    """What whoever asks may do with a feature, and where."""
    feature = desk.service.store.feature(desk.layer.id, feature_id)
    seen = feature is not None and desk.may(Action.SEE, feature)
    if feature is None or not (seen or desk.is_public(feature_id)):
        raise FeatureNotFound(desk.layer.id, feature_id)
    body: dict[str, Any] = {
        "id": feature_id,
        "actions": [one.value for one in OF_RECORDS if desk.may(one, feature)],
        "links": desk.doors(feature),
    }
    if seen:
        body |= {"visibility": feature.visibility.value, "cell_km": feature.cell_km}
    return private_answer(desk.request, "rights", body)


def _notices(service: Service, account_id: str) -> dict[str, Any]:
    """Return what an account has not read, and where it is told of it beside the page."""
    notices = service.store.notices
    box = notices.mailbox(account_id) if service.settings.smtp_host else None
    return {
        "unread": notices.unread(account_id),
        "feed_since": notices.feed_since(account_id) or None,
        "mail": box.address if box else None,
    }


def _links(request: Request, actor: Actor, lang: str) -> list[Link]:
    """Return the doors of an account, and those of each layer, which names the layer."""
    own = links_to(request, OF_ACCOUNT, partial(may_somewhere, actor), lang)
    for layer in LAYERS:
        allowed = partial(may_somewhere, actor, layer=layer)
        found = links_to(request, OF_LAYER, allowed, lang, layer_id=layer)
        own += [{**one, "layer": layer} for one in found]
    return own


def _rights(actor: Actor, layer: str) -> dict[str, str]:
    """Return action → how far it reaches."""
    reaches = {action.value: reach(actor, action, layer) for action in Action}
    return {action: where.value for action, where in reaches.items() if where is not None}


def _scope(actor: Actor, store: Store, lang: str) -> Mapping[str, Any] | None:
    """Return where the rights of an account end; None where no border limits them."""
    if actor.role not in SCOPED:
        return None
    found = [(one, store.feature("regions", one)) for one in sorted(actor.scope.regions)]
    return {
        "municipalities": sorted(name.title() for name in actor.scope.municipalities),
        "regions": [_name(region, lang) for _, region in found if region is not None],
        "outline": actor.scope.area is not None and not found,
    }


def _name(region: Feature, lang: str) -> str:
    names = flat_names(region.properties.get("names") or ())
    return names.get(f"name_{lang}") or names.get("name", region.id)
