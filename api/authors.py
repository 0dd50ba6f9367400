"""What an author does on the page of their own suggestions: take one back, by a plain POST."""

from __future__ import annotations

from starlette.responses import Response

from api.depends import Language
from api.notices import CurrentAccount, onwards
from api.router import Router
from api.service import CurrentService
from geomap.access import Action
from geomap.errors import SuggestionNotFound
from geomap.outcomes import PATH

router = Router("Own suggestions")


@router.page("POST", PATH + "/{suggestion_id}/withdraw", Action.OWN_ACCOUNT)
def withdraw(
    service: CurrentService, account: CurrentAccount, suggestion_id: str, lang: Language
) -> Response:
    """Take one's own suggestion back, as long as it is not decided."""
    one = service.store.suggestions.get(suggestion_id[:100])
    if one is None or one.author != account:
        raise SuggestionNotFound(suggestion_id)
    # One that was decided meanwhile stays as it is: the page shows what it has become.
    service.store.suggestions.withdraw(one.id)
    return onwards(f"{PATH}?f=html&lang={lang}")
