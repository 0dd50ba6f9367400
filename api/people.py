"""The commands `geomap user …`: who may sign in, as what, and where."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import click
import shapely
from shapely.geometry.base import BaseGeometry

from geomap.access import EDITING, SCOPED, Action, Role, Scope, folded
from geomap.accounts import INVITED, TOKEN_DAYS, Account, Accounts, Token
from geomap.errors import AccountUnknown, NameTaken, ParameterInvalid
from geomap.i18n import LANGUAGES
from geomap.notices import Mailbox, is_mail_address
from geomap.settings import Settings
from layers.store.engines import open_store
from layers.store.protocol import Store

SECRET_BYTES = 32
FIRST = "administrator"
"""Name of the account that the first one to serve the map is invited to."""
ROLES = [role.value for role in Role if role is not Role.VISITOR]
OF_TOKENS = [action.value for action in (Action.SEE, *EDITING, Action.REVIEW)]


@click.group()
def user() -> None:
    """Accounts: add, list, disable, and let people choose passwords."""


@user.command()
@click.argument("name")
@click.option("--role", type=click.Choice(ROLES), required=True)
@click.option("--municipality", "municipalities", multiple=True, help="May be repeated.")
@click.option("--region", "regions", multiple=True, help="Id of a region; may be repeated.")
@click.option(
    "--outline",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A GeoJSON file (longitude, latitude) of the area that the rights end at.",
)
@click.option(
    "--subject",
    help="How an OpenID Connect provider calls the person: its address, a space, the id there.",
)
def add(name: str, role: str, outline: Path | None, subject: str | None, **limits: Any) -> None:
    """Make an account, and print the link with which its password is chosen, once."""
    with _store() as store:
        scope = _scope(store, outline, **limits)
        account = Account(str(uuid4()), name.strip(), Role(role), scope, subject=subject)
        _require_limits(account)
        if not account.name or store.accounts.named(account.name):
            raise NameTaken(account.name)
        store.accounts.save(account)
        if subject is None:
            _tell_link(store.accounts, account)


@user.command("list")
def list_() -> None:
    """List the accounts, and the tokens of each."""
    with _store() as store:
        for account in store.accounts.all():
            state = "disabled" if account.disabled else "" if account.password else "invited"
            places = ", ".join(sorted(account.scope.municipalities | account.scope.regions))
            drawn = "an outline" if account.scope.area is not None else ""
            parts = (account.name, account.role.value, places, drawn, state)
            click.echo("  ".join(part for part in parts if part))
            for token in store.accounts.tokens(account.id):
                click.echo(f"    token {token.id}  {token.title}  until {token.ends_at[:10]}")


@user.command()
@click.argument("name")
@click.option("--undo", is_flag=True, help="Let the account in again.")
def disable(name: str, undo: bool) -> None:
    """Let an account in no more, from this moment on; its history stays."""
    with _store() as store:
        store.accounts.save(replace(_named(store.accounts, name), disabled=not undo))


@user.command()
@click.argument("name")
@click.argument("role", type=click.Choice(ROLES))
def role(name: str, role: str) -> None:
    """Give an account another role; whoever has it open signs in again."""
    with _store() as store:
        account = replace(_named(store.accounts, name), role=Role(role))
        _require_limits(account)
        store.accounts.save(account)


@user.command()
@click.argument("name")
def password(name: str) -> None:
    """Print a link with which the account's next password is chosen, once."""
    with _store() as store:
        _tell_link(store.accounts, _named(store.accounts, name))


@user.command()
@click.argument("name")
@click.option("--title", default="token", show_default=True, help="What it is for.")
@click.option("--days", type=click.IntRange(1, TOKEN_DAYS), default=90, show_default=True)
@click.option("--action", "actions", multiple=True, type=click.Choice(OF_TOKENS))
@click.option("--municipality", "municipalities", multiple=True, help="May be repeated.")
@click.option("--revoke", metavar="ID", help="End a token instead.")
def token(name: str, revoke: str | None, **wishes: Any) -> None:
    """Make a token for programs such as QGIS, and print it: it is never shown again.

    Without --action it may do what its account may do to records. It is sent as Bearer, or as
    the password of Basic.
    """
    with _store() as store:
        account = _named(store.accounts, name)
        if revoke is not None:
            if not store.accounts.revoke_token(account.id, revoke):
                raise AccountUnknown(f"{account.name} has no token {revoke!r}.")
            return
        secret = secrets.token_urlsafe(SECRET_BYTES)
        store.accounts.add_token(account.id, _token(**wishes), secret)
        click.echo(secret)


@user.command()
@click.argument("name")
@click.argument("address", required=False)
@click.option("--lang", type=click.Choice(LANGUAGES), default=LANGUAGES[0], show_default=True)
def mail(name: str, address: str | None, lang: str) -> None:
    """Send the notices of an account to an address, or, without one, no more.

    Mail goes out where GEOMAP_SMTP_HOST names a server; it tells no names and no places.
    """
    if address is not None and not is_mail_address(address):
        raise ParameterInvalid("address", address, "an address such as anna@example.org.")
    with _store() as store:
        account = _named(store.accounts, name)
        store.notices.set_mailbox(account.id, None if address is None else Mailbox(address, lang))


def first_invitation(store: Store) -> str:
    """Return the secret of the first administrator's invitation; empty once someone can sign in."""
    accounts = store.accounts
    known = accounts.all()
    if any(account.password or account.subject for account in known):
        return ""
    first = next((one for one in known if one.role is Role.ADMINISTRATOR), None)
    if first is None:
        first = Account(str(uuid4()), FIRST, Role.ADMINISTRATOR)
        accounts.save(first)
    return _invited(accounts, first)


def _token(title: str, days: int, actions: tuple[str, ...], municipalities: Any) -> Token:
    now = datetime.now(UTC)
    return Token(
        str(uuid4()),
        title,
        frozenset(map(Action, actions or OF_TOKENS)),
        frozenset(map(folded, municipalities)),
        now.isoformat(),
        (now + timedelta(days=days)).isoformat(),
    )


def _named(accounts: Accounts, name: str) -> Account:
    account = accounts.named(name)
    if account is None:
        raise AccountUnknown(f"There is no account {name!r}.")
    return account


def _scope(
    store: Store, outline: Path | None, municipalities: tuple[str, ...], regions: tuple[str, ...]
) -> Scope:
    for region in regions:
        if store.feature("regions", region) is None:
            raise ParameterInvalid("region", region, "the id of a region is expected.")
    area = None if outline is None else _area(outline)
    return Scope(frozenset(map(folded, municipalities)), frozenset(regions), area)


def _require_limits(account: Account) -> None:
    """Refuse an account whose rights would end at no border.

    Raises:
        ParameterInvalid: The role is one of a place, and no area is given.
    """
    if account.role in SCOPED and not account.scope.regions and account.scope.area is None:
        raise ParameterInvalid(
            "role",
            account.role.value,
            "its rights end at a border: give --region or --outline, and --municipality where the "
            "records must name it, too.",
        )


def _area(path: Path) -> BaseGeometry:
    try:
        area = shapely.union_all(shapely.get_parts(shapely.from_geojson(path.read_bytes())))
    except (shapely.errors.GEOSException, OSError) as problem:
        raise ParameterInvalid("outline", path.name, "GeoJSON of an area is expected.") from problem
    if area.geom_type not in {"Polygon", "MultiPolygon"} or not area.is_valid:
        raise ParameterInvalid("outline", path.name, "a sound area is expected.")
    return area


def _tell_link(accounts: Accounts, account: Account) -> None:
    base = Settings.from_environment().base_url.rstrip("/") or "http://127.0.0.1:8000"
    click.echo(
        f"{account.name} chooses a password at {base}/invitation/{_invited(accounts, account)}"
    )
    click.echo(f"The link holds once, for {INVITED.days} days.")


def _invited(accounts: Accounts, account: Account) -> str:
    secret = secrets.token_urlsafe(SECRET_BYTES)
    accounts.invite(account.id, secret)
    return secret


@contextmanager
def _store() -> Iterator[Store]:
    store = open_store(Settings.from_environment().store)
    try:
        yield store
    finally:
        store.close()
