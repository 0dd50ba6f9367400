"""Why a pair has its status: whole sentences, written once here and translated like all others.

Values stand in brackets or after a colon, so that no language has to inflect them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from geomap.i18n import date_text, label, translate
from geomap.when import Span

Value = Span | int | tuple[str, str] | Mapping[str, str]
"""A date, a number, a term as (vocabulary, code), or a name by language."""


@dataclass(frozen=True, slots=True)
class Reason:
    """One sentence, the values in it, and the records it speaks of."""

    message: str
    """One of `SENTENCES`."""
    values: Mapping[str, Value] = field(default_factory=dict)
    refs: tuple[str, ...] = ()

    def sentence(self, lang: str) -> str:
        """Return the sentence in a language."""
        shown = {name: _shown(lang, value) for name, value in self.values.items()}
        return translate(lang, self.message, **shown)

    def naming(self, cities: Mapping[str, Mapping[str, str]]) -> Reason:
        """Return the same with the name of a city where it speaks of side `a` or `b`.

        Args:
            cities: Side → the city's name by language; a side left out keeps its general word.
        """
        match self.values.get("side"):
            case ("side", str(code)) if code in cities:
                return replace(self, values={**self.values, "side": cities[code]})
        return self


def _shown(lang: str, value: Value) -> str:
    if isinstance(value, Span):
        return date_text(lang, value)
    if isinstance(value, tuple):
        text = label(lang, *value)
        return text[:1].lower() + text[1:]
    if isinstance(value, Mapping):
        return value[lang]
    return str(value)


SUSPENDED = "The partnership is suspended ({date})."
AGREEMENT_SUSPENDED = "The agreement is suspended ({date})."
TERMINATED = "The partnership was terminated ({date})."
AGREEMENT_TERMINATED = "The agreement was terminated ({date})."
ENDED = "The source records the end of the partnership ({date}) and does not say how it came."
EXPIRED = "The partnership expired ({date})."
AGREEMENT_EXPIRED = "The agreement expired ({date})."
TERM_OVER = "The agreed term is over ({date})."
SUPERSEDED = "The agreement was superseded by another document ({date})."
LAPSED = "The partnership lapsed when municipalities merged ({date})."
ONE_SIDE = "One side decided so: {side}."
STATED_REASON = "The reason stated: {reason}."
LATEST_ACTIVITY = "The latest joint activity on record: {activity} ({date})."
RUNNING_ACTIVITY = "A joint activity is under way: {activity} (since {date})."
NO_ACTIVITY = "No joint activity is on record."
COURTESIES = "Courtesies, such as greetings and protocol visits, do not count."
NO_MORE_THAN = "That is no more than {months} months ago."
MORE_THAN = "That is more than {months} months ago."
NO_AGREEMENT = "No agreement is in force any more."
CONFIRMED = "The state of the partnership was confirmed ({date})."
NOT_CONFIRMED = "No side has confirmed the state of the partnership in the last {months} months."
CONFIRMED_BEFORE = "The latest confirmation is older ({date})."
SILENCE = "Silence is not taken for dormancy."
PRESUMED_DORMANT = "The partnership is presumed dormant."
SIGNED = "An agreement was signed no more than {months} months ago ({date})."
BEGAN = "The partnership began no more than {months} months ago ({date})."
NEVER_IMPLEMENTED = "As far as is known, nothing ever came of the agreement."

SENTENCES = (
    SUSPENDED,
    AGREEMENT_SUSPENDED,
    TERMINATED,
    AGREEMENT_TERMINATED,
    ENDED,
    EXPIRED,
    AGREEMENT_EXPIRED,
    TERM_OVER,
    SUPERSEDED,
    LAPSED,
    ONE_SIDE,
    STATED_REASON,
    LATEST_ACTIVITY,
    RUNNING_ACTIVITY,
    NO_ACTIVITY,
    COURTESIES,
    NO_MORE_THAN,
    MORE_THAN,
    NO_AGREEMENT,
    CONFIRMED,
    NOT_CONFIRMED,
    CONFIRMED_BEFORE,
    SILENCE,
    PRESUMED_DORMANT,
    SIGNED,
    BEGAN,
    NEVER_IMPLEMENTED,
)
