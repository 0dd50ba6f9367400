"""Addresses of this site, changed in a part."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode, urlsplit

from fastapi import Request


def changed(address: str, **changes: str) -> str:
    """Return an address with some of its parameters set."""
    parts = urlsplit(address)
    query = {**dict(parse_qsl(parts.query, keep_blank_values=True)), **changes}
    return parts._replace(query=urlencode(query)).geturl()


def page_of(address: str, *, lang: str) -> str:
    """Return where something is to be read as a page."""
    return changed(address, f="html", lang=lang)


def base_of(request: Request) -> str:
    """Return the address of the service as its own links have it, without a slash at the end."""
    configured = request.app.state.settings.base_url.rstrip("/")
    return configured or f"{request.url.scheme}://{request.headers.get('host', 'localhost')}"


def changed_without(address: str, name: str) -> str:
    """Return an address of this site without one of its parameters."""
    parts = urlsplit(address)
    query = [pair for pair in parse_qsl(parts.query, keep_blank_values=True) if pair[0] != name]
    return parts._replace(scheme="", netloc="", query=urlencode(query)).geturl()


def as_plain(address: str) -> str:
    """Return where the same features are to be had in degrees and as they are."""
    parts = urlsplit(changed_without(address, "crs"))
    return changed_without(parts.geturl(), "max-allowable-offset")
