"""`Prefer` (RFC 7240): how strictly a body is read, and what comes back."""

from __future__ import annotations

import re
from typing import NamedTuple

from starlette.requests import Request

KNOWN = {"handling": ("strict", "lenient"), "return": ("representation", "minimal")}
_PREFERENCE = re.compile(r'\s*([\w-]+)\s*(?:=\s*"?([\w-]*)"?)?\s*(?:;.*)?', re.ASCII)


class Preferences(NamedTuple):
    """What a client prefers, as far as it is known here; the first of each counts."""

    handling: str = ""
    returned: str = ""

    @property
    def lenient(self) -> bool:
        """Whether what can be mended is taken as the hints say; strict without a wish."""
        return self.handling == "lenient"

    @property
    def whole(self) -> bool:
        """Whether the answer shall hold the record."""
        return self.returned == "representation"

    def applied(self) -> dict[str, str]:
        """Return the header that says which preferences were heeded; none without any."""
        stated = (("handling", self.handling), ("return", self.returned))
        told = ", ".join(f"{name}={value}" for name, value in stated if value)
        return {"Preference-Applied": told} if told else {}


def preferences_of(request: Request) -> Preferences:
    """Return what a request prefers; what is not known is passed over, as the RFC has it."""
    stated: dict[str, str] = {}
    for part in ",".join(request.headers.getlist("prefer"))[:1000].split(","):
        found = _PREFERENCE.fullmatch(part)
        name, value = (found[1].lower(), (found[2] or "").lower()) if found else ("", "")
        if value in KNOWN.get(name, ()):
            stated.setdefault(name, value)
    return Preferences(stated.get("handling", ""), stated.get("return", ""))
