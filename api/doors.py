"""Where rights lead: the pages that one is offered before one tries, as far as they are mounted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from fastapi import Request

from api.links import HTML, Link, link, url
from geomap.access import Action


class Door(NamedTuple):
    """One page: the relation of its link, where it is, and what one must be allowed to do."""

    rel: str
    path: str
    """As it is mounted, with its placeholders."""
    action: Action


OF_ACCOUNT: tuple[Door, ...] = (
    Door("account", "/account", Action.OWN_ACCOUNT),
    Door("review", "/review", Action.REVIEW),
    Door("suggestions", "/account/suggestions", Action.OWN_ACCOUNT),
    Door("changes", "/account/changes", Action.SEE),
    Door("notices", "/account/notices", Action.OWN_ACCOUNT),
    Door("import", "/import", Action.IMPORT),
)
OF_LAYER: tuple[Door, ...] = (
    Door("create", "/edit/{layer_id}/new", Action.CREATE),
    Door("suggest", "/suggest/{layer_id}/new", Action.SUGGEST),
)
OF_RECORD: tuple[Door, ...] = (
    Door("edit", "/edit/{layer_id}/{feature_id}", Action.CHANGE),
    Door("visibility", "/edit/{layer_id}/{feature_id}/visibility", Action.CHANGE),
    Door("history", "/collections/{layer_id}/items/{feature_id}/history", Action.SEE),
    Door("suggest", "/suggest/{layer_id}/{feature_id}", Action.SUGGEST),
)


def links_to(
    request: Request, doors: Iterable[Door], allowed: Callable[[Action], bool], lang: str, **at: str
) -> list[Link]:
    """Return links to the doors that are there and open.

    Args:
        request: Its application knows what is mounted.
        doors: One of the tables above.
        allowed: Tells whether one may do something.
        lang: In which the pages shall be.
        at: What stands for the placeholders.
    """
    return [*_links(request, doors, allowed, lang, at)]


def _links(
    request: Request,
    doors: Iterable[Door],
    allowed: Callable[[Action], bool],
    lang: str,
    at: dict[str, str],
) -> Iterator[Link]:
    mounted = {route.path for route in request.app.state.routes if "GET" in route.methods}
    for door in doors:
        if door.path in mounted and allowed(door.action):
            yield link(url(request, door.path.format(**at), {"lang": lang}), door.rel, HTML)
