"""Who may do what, and where: roles, actions, and the one table that opens what is else closed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

import shapely
from shapely.geometry.base import BaseGeometry


class Role(StrEnum):
    """What an account is for."""

    VISITOR = "visitor"
    """Whoever has not signed in."""
    CONTRIBUTOR = "contributor"
    EXPERT = "expert"
    HERITAGE_EDITOR = "heritage_editor"
    TWIN_COORDINATOR = "twin_coordinator"
    REVIEWER = "reviewer"
    ADMINISTRATOR = "administrator"


class Action(StrEnum):
    """What can be done; each route stands for one of these."""

    READ = "read"
    """What is public."""
    SIGN_IN = "sign_in"
    OWN_ACCOUNT = "own_account"
    """What concerns whoever has signed in alone: their notices, their suggestions."""
    SUGGEST = "suggest"
    SEE = "see"
    """The exact record, whatever its visibility, with its history."""
    CREATE = "create"
    CHANGE = "change"
    DELETE = "delete"
    RESTORE = "restore"
    """An earlier revision, or all that a write has changed."""
    IMPORT = "import"
    REVIEW = "review"
    ADMINISTER = "administer"
    """Accounts, and what concerns the whole installation."""


class Where(StrEnum):
    """How far a right reaches."""

    OWN = "own"
    """What lies in the scope of the account."""
    EVERYWHERE = "everywhere"


class Right(NamedTuple):
    """One line of the table: the role may do these on these layers, so far."""

    role: Role
    actions: tuple[Action, ...]
    layers: tuple[str, ...]
    where: Where


ANY = "*"
"""Every layer, and what is of none."""
EDITING = (Action.CREATE, Action.CHANGE, Action.DELETE, Action.RESTORE, Action.IMPORT)
_A, _R = Action, Role

RIGHTS: tuple[Right, ...] = (
    *(Right(role, (_A.READ, _A.SIGN_IN, _A.SUGGEST), (ANY,), Where.EVERYWHERE) for role in Role),
    *(Right(role, (_A.OWN_ACCOUNT,), (ANY,), Where.EVERYWHERE) for role in (*Role,)[1:]),
    Right(_R.EXPERT, (_A.SEE,), (ANY,), Where.OWN),
    Right(_R.HERITAGE_EDITOR, (_A.SEE, *EDITING), ("sites", "regions"), Where.OWN),
    Right(_R.TWIN_COORDINATOR, (_A.SEE, *EDITING), ("cities", "twins"), Where.OWN),
    Right(_R.REVIEWER, (_A.SEE, _A.REVIEW, _A.RESTORE), (ANY,), Where.EVERYWHERE),
    Right(_R.ADMINISTRATOR, tuple(Action), (ANY,), Where.EVERYWHERE),
)
"""What is not here nobody may do."""

SCOPED = frozenset(right.role for right in RIGHTS if right.where is Where.OWN)
"""Roles whose rights end at the border of a scope."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What a record stands on, as far as rights ask: a pair stands on that of either city."""

    layer: str
    id: str = ""
    municipalities: frozenset[str] = frozenset()
    """As `folded`."""
    geometry: BaseGeometry | None = None
    """OGC:CRS84."""


@dataclass(frozen=True, slots=True)
class Scope:
    """The part of the world that an account or a token is limited to.

    A record must be of one of the municipalities, where any are named, and lie within the area.
    """

    municipalities: frozenset[str] = frozenset()
    """As `folded`."""
    regions: frozenset[str] = frozenset()
    """Ids of regions; their outlines are part of the area."""
    area: BaseGeometry | None = None
    """OGC:CRS84. None where only the attribute limits."""

    def holds(self, ground: Ground) -> bool:
        """Tell whether a record lies in this scope, by its attribute and by its geometry."""
        if ground.layer == "regions" and ground.id in self.regions:
            return True
        if not self.municipalities and self.area is None:
            return False
        if self.municipalities and self.municipalities.isdisjoint(ground.municipalities):
            return False
        if self.area is None:
            return not self.regions
        if ground.geometry is None:
            return bool(self.municipalities)
        return bool(shapely.covers(self.area, ground.geometry))


@dataclass(frozen=True, slots=True)
class Actor:
    """Whoever asks."""

    name: str
    """As history tells it; empty for a visitor."""
    role: Role = Role.VISITOR
    scope: Scope = field(default_factory=Scope)
    by_browser: bool = False
    """Whether a session says who it is, not a token."""
    actions: frozenset[Action] | None = None
    """What a token is limited to; None: to nothing but the role."""
    limit: Scope | None = None
    """Where a token is limited to, within what its account may."""
    account: str = ""
    """Id of the account; empty for a visitor and for the token of the settings."""

    @property
    def is_known(self) -> bool:
        """Whether it has said who it is."""
        return self.role is not Role.VISITOR


VISITOR = Actor("")


def reach(actor: Actor, action: Action, layer: str = ANY) -> Where | None:
    """Return how far an actor may do something on a layer; None: not at all."""
    if actor.actions is not None and action not in actor.actions | {Action.READ}:
        return None
    return _REACH.get((actor.role, action, layer)) or _REACH.get((actor.role, action, ANY))


def may_somewhere(actor: Actor, action: Action, layer: str = ANY) -> bool:
    """Tell whether an actor may do something on some record of a layer, or of any."""
    if layer == ANY:
        return any(reach(actor, action, one) for one in _LAYERS)
    return reach(actor, action, layer) is not None


def may(actor: Actor, action: Action, grounds: Iterable[Ground]) -> bool:
    """Tell whether an actor may do something to a record that stands on any of these grounds."""
    return any(_may(actor, action, ground) for ground in grounds)


def folded(name: str) -> str:
    """Return the name of a municipality as it is compared."""
    return " ".join(name.split()).casefold()


def _may(actor: Actor, action: Action, ground: Ground) -> bool:
    where = reach(actor, action, ground.layer)
    if where is None or (where is Where.OWN and not actor.scope.holds(ground)):
        return False
    return actor.limit is None or actor.limit.holds(ground)


_REACH: Mapping[tuple[Role, Action, str], Where] = {
    (right.role, action, layer): right.where
    for right in RIGHTS
    for action in right.actions
    for layer in right.layers
}
_LAYERS = frozenset(layer for right in RIGHTS for layer in right.layers)
