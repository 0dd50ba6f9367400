"""Settings, read once from the environment (prefix `GEOMAP_`); each field documents itself."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import Field, dataclass, field, fields
from pathlib import Path
from typing import Any

from platformdirs import user_data_path

from geomap.errors import SettingInvalid
from geomap.notices import is_mail_address


def _store() -> str:
    return f"sqlite:///{user_data_path('geomap') / 'geomap.db'}"


def _setting(default: Any, help: str, *, sound: Callable[[Any], bool] | None = None) -> Any:
    metadata = {"help": help, "sound": sound or (lambda _: True)}
    if callable(default):
        return field(default_factory=default, metadata=metadata)
    return field(default=default, metadata=metadata)


def _between(least: int, most: int) -> Callable[[int], bool]:
    return lambda number: least <= number <= most


def _is_address(text: str) -> bool:
    return bool(re.fullmatch(r"https?://[^\s/?#]+[^\s?#]*", text))


@dataclass(frozen=True, slots=True)
class Settings:
    """What an operator may choose; every field is `GEOMAP_<NAME>` in the environment."""

    store: str = _setting(_store, "Where the records live: sqlite:///PATH.")
    segments: str = _setting(
        "",
        "Folder for what workers share of a large store, made from it at any time; beside the "
        "store by default.",
    )
    host: str = _setting("127.0.0.1", "Address to serve on.")
    port: int = _setting(
        8000,
        "Port to serve on, up to 65535; the next one when it is taken.",
        sound=_between(0, 65535),
    )
    workers: int = _setting(1, "Processes that answer requests, 1 to 64.", sound=_between(1, 64))
    base_url: str = _setting(
        "",
        "Public address, e.g. https://map.example.org; empty: as asked.",
        sound=_is_address,
    )
    hosts: tuple[str, ...] = _setting(("*",), "Host names that are answered, comma-separated.")
    title: str = _setting("geomap", "Name of the installation, as shown on the page.")
    default_limit: int = _setting(
        100,
        "Features a page when the request does not say, 1 to 100000.",
        sound=_between(1, 100_000),
    )
    max_limit: int = _setting(
        1000,
        "Features a page at most, 1 to 100000; larger wishes are clamped to it.",
        sound=_between(1, 100_000),
    )
    tile_cache_mb: int = _setting(
        64, "Memory for encoded tiles in each process, in MiB.", sound=_between(0, 1_000_000)
    )
    shared_tiles_s: int = _setting(
        0,
        "Seconds for which nginx or a CDN may give the public a tile again without asking, and "
        "for which an edit may stay unseen behind it; 0: it asks each time, up to 86400.",
        sound=_between(0, 86_400),
    )
    edit_token: str = _setting(
        "",
        "A token of 16 characters or more with which everything may be edited, sent as Bearer or "
        "as the password of Basic; empty: only accounts may edit.",
        sound=lambda text: 16 <= len(text) <= 500,
    )
    edit_licence: str = _setting(
        "CC-BY-4.0", "Licence of records that are made here and name no source."
    )
    suggestions_an_hour: int = _setting(
        10,
        "Suggestions that are taken without an account from one address in an hour.",
        sound=_between(0, 1_000_000),
    )
    suggestions_a_day: int = _setting(
        200,
        "Suggestions that are taken without an account from all addresses in a day; 0: suggesting "
        "needs an account.",
        sound=_between(0, 1_000_000),
    )
    kernel: str = _setting(
        "auto",
        "What writes tiles of places: numpy, compiled (needs numba), or auto, whichever is there.",
        sound=("auto", "numpy", "compiled").__contains__,
    )
    oidc_issuer: str = _setting(
        "",
        "Address of an OpenID Connect provider that vouches for accounts; needs the extra `oidc`.",
        sound=_is_address,
    )
    oidc_client_id: str = _setting("geomap", "How that provider calls this installation.")
    oidc_client_secret: str = _setting("", "The secret shared with it; empty: PKCE alone.")
    oidc_name: str = _setting("OpenID Connect", "How the page calls that provider.")
    smtp_host: str = _setting(
        "", "Server that takes mail with notices; empty: nothing is sent by mail."
    )
    smtp_port: int = _setting(587, "Its port, 1 to 65535.", sound=_between(1, 65535))
    smtp_security: str = _setting(
        "starttls",
        "How the way to it is secured: starttls, tls (from the first byte) or none.",
        sound=("starttls", "tls", "none").__contains__,
    )
    smtp_user: str = _setting("", "Name to sign in with there; empty: without.")
    smtp_password: str = _setting("", "The password that goes with it.")
    smtp_from: str = _setting(
        "",
        "Address that mail comes from, e.g. map@example.org; needed where mail is sent.",
        sound=is_mail_address,
    )
    metrics: bool = _setting(False, "Serve Prometheus metrics on /metrics.")
    basemaps: tuple[Mapping[str, Any], ...] = _setting(
        (),
        "Optional online XYZ basemaps, a JSON list of "
        '{"name", "url", "attribution", "max_zoom"}; none by default.',
    )

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] = os.environ) -> Settings:
        """Return the settings of this process; an empty value leaves the default.

        Raises:
            SettingInvalid: A value cannot be read; the message names it and what would be right.
        """
        values = {}
        for setting in fields(cls):
            name = f"GEOMAP_{setting.name.upper()}"
            if text := environ.get(name, ""):
                try:
                    value = _READ[str(setting.type)](text)
                except (ValueError, TypeError, KeyError) as problem:
                    raise _unreadable(name, text, setting) from problem
                if not setting.metadata["sound"](value):
                    raise _unreadable(name, text, setting)
                values[setting.name] = value
        return cls(**values)


def _unreadable(name: str, text: str, setting: Field[Any]) -> SettingInvalid:
    return SettingInvalid(f"{name}={text!r} cannot be used: {setting.metadata['help']}")


def sqlite_path(url: str) -> Path:
    """Return the file of a `sqlite:///` address.

    Raises:
        SettingInvalid: The address is of another kind.
    """
    prefix = "sqlite:///"
    if not url.startswith(prefix):
        raise SettingInvalid(f"GEOMAP_STORE={url!r} is not of the form sqlite:///PATH.")
    return Path(url.removeprefix(prefix)).expanduser()


def _truth(text: str) -> bool:
    return {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}[
        text.lower()
    ]


def _basemaps(text: str) -> tuple[Mapping[str, Any], ...]:
    basemaps = json.loads(text)
    for basemap in basemaps:
        for key in ("name", "url", "attribution"):
            if not isinstance(basemap[key], str):
                raise TypeError(key)
    return tuple(basemaps)


_READ: Mapping[str, Callable[[str], Any]] = {
    "str": str,
    "int": int,
    "bool": _truth,
    "tuple[str, ...]": lambda text: tuple(part.strip() for part in text.split(",") if part.strip()),
    "tuple[Mapping[str, Any], ...]": _basemaps,
}
