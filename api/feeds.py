"""Notices as Atom (RFC 4287). Feed readers keep what they fetch: no record is named here."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import NAMESPACE_URL, uuid5
from xml.etree.ElementTree import Element, SubElement, register_namespace, tostring

from starlette.requests import Request

from api.links import HTML, url
from geomap.i18n import translate
from geomap.notices import Notice, sentence

ATOM = "application/atom+xml"
NAMESPACE = "http://www.w3.org/2005/Atom"
MOST = 50
BEGINNING = datetime(2000, 1, 1, tzinfo=UTC).isoformat()
"""When a feed without entries was changed."""

register_namespace("", NAMESPACE)


def feed_text(
    request: Request, notices: Sequence[Notice], lang: str, *, secret: str, account_id: str
) -> bytes:
    """Return the feed of one account, newest first, in a language; it stands at its secret."""
    title = request.app.state.settings.title
    feed = Element(_name("feed"), {"{http://www.w3.org/XML/1998/namespace}lang": lang})
    _add(feed, "id", f"urn:uuid:{uuid5(NAMESPACE_URL, account_id)}")
    _add(feed, "title", f"{title}: {translate(lang, 'Notices')}")
    _add(feed, "updated", notices[0].at if notices else BEGINNING)
    _add(SubElement(feed, _name("author")), "name", title)
    own = url(request, f"/feeds/{secret}.atom", {"lang": lang})
    SubElement(feed, _name("link"), {"rel": "self", "type": ATOM, "href": own})
    there = url(request, "/account/notices", {"f": "html", "lang": lang})
    SubElement(feed, _name("link"), {"rel": "alternate", "type": HTML, "href": there})
    for notice in notices:
        _entry(SubElement(feed, _name("entry")), notice, request, lang)
    text: bytes = tostring(feed, encoding="utf-8", xml_declaration=True)
    return text


def _entry(entry: Element, notice: Notice, request: Request, lang: str) -> None:
    _add(entry, "id", f"urn:uuid:{notice.id}")
    _add(entry, "title", sentence(lang, notice.news))
    _add(entry, "updated", notice.at)
    there = url(request, notice.news.path, {"f": "html", "lang": lang})
    SubElement(entry, _name("link"), {"rel": "alternate", "type": HTML, "href": there})
    _add(entry, "content", sentence(lang, notice.news))


def _add(parent: Element, name: str, text: str) -> None:
    SubElement(parent, _name(name)).text = text


def _name(name: str) -> str:
    return f"{{{NAMESPACE}}}{name}"
