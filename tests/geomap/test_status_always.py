"""What holds for the status of every pair, whatever is on record of it."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from geomap.i18n import LANGUAGES
from geomap.status import evidence_of, pair_status
from geomap.terms import SUBSTANTIVE_ACTIVITIES, VOCABULARIES

AS_OF = date(2026, 11, 21)
CODES = {name: [term.code for term in each.codes] for name, each in VOCABULARIES.items()}


def status_of(properties, as_of=AS_OF):
    return pair_status(evidence_of(properties), as_of)


def ago(months, day=21):
    years, month = divmod(AS_OF.year * 12 + AS_OF.month - 1 - months, 12)
    return date(years, month + 1, day).isoformat()


def activity(start, type="joint_project"):
    return {"type": type, "start": start}


def event(status, when):
    return {"status": status, "date": when}


CONFIRMED = {"confirmations": [{"date": ago(3), "method": "annual_report", "side": "a"}]}

DAYS = st.dates(date(1950, 1, 1), date(2035, 12, 31)).map(date.isoformat)
TIMES = (
    DAYS
    | DAYS.map(lambda day: day[:4])
    | DAYS.map(lambda day: day[:7])
    | DAYS.map(lambda day: f"{day}/..")
    | DAYS.map(lambda day: f"{day[:3]}X")
    | DAYS.map(lambda day: f"../{day}")
)
SIDES = st.sampled_from(["", "a", "b", "both"])
EVENTS = st.lists(
    st.fixed_dictionaries(
        {"date": TIMES, "status": st.sampled_from(CODES["agreement_status"]), "side": SIDES},
        optional={"reason": st.sampled_from(CODES["status_reason"])},
    ),
    max_size=3,
)
ACTIVITIES = st.lists(
    st.fixed_dictionaries(
        {"type": st.sampled_from(CODES["activity_type"]), "start": TIMES},
        optional={"end": TIMES, "hosts": st.sampled_from(CODES["hosts"])},
    ),
    max_size=4,
)
AGREEMENTS = st.lists(
    st.fixed_dictionaries(
        {},
        optional={
            "signed_on": TIMES,
            "valid_until": TIMES,
            "doc_type": st.sampled_from(CODES["agreement_type"]),
            "term_type": st.sampled_from(CODES["term_type"]),
            "status_events": EVENTS,
        },
    ),
    max_size=3,
)
PAIRS = st.fixed_dictionaries(
    {},
    optional={
        "established": TIMES,
        "ended": TIMES,
        "agreements": AGREEMENTS,
        "activities": ACTIVITIES,
        "confirmations": st.lists(st.fixed_dictionaries({"date": TIMES}), max_size=3),
        "status_events": EVENTS,
        "fields_of_cooperation": st.lists(st.sampled_from(CODES["cooperation_field"])),
    },
)
ENDINGS = {"suspended", "terminated", "expired", "lapsed_by_merger"}


@given(PAIRS, st.dates(date(1940, 1, 1), date(2045, 1, 1)))
def test_every_pair_has_a_status_and_a_reason_on_every_day(properties, as_of):
    status = status_of(properties, as_of)
    assert status.status in CODES["status"]
    assert status.because
    assert status.as_of == as_of
    assert (status.vitality is None) == (status.status == "unknown")
    assert status.vitality is None or 0 <= status.vitality.total <= 100
    assert status.last_activity_on is None or status.last_activity_on <= as_of
    for lang in LANGUAGES:
        for sentence in status.properties(lang)["because"]:
            assert sentence.endswith(".")
            assert "{" not in sentence


@given(TIMES, AGREEMENTS)
def test_silence_is_unknown(established, agreements):
    for agreement in agreements:
        agreement.pop("status_events", None)
        agreement.pop("valid_until", None)
    pair = {"established": established, "agreements": agreements}
    assert status_of(pair).status == "unknown"


@given(PAIRS)
def test_dormancy_needs_somebody_who_said_so(properties):
    unconfirmed = status_of({**properties, "confirmations": []}).status
    assert unconfirmed not in {"dormant", "low_activity", "new"}


@given(PAIRS)
def test_a_confirmation_only_ever_lifts_the_unknown(properties):
    before = status_of(properties).status
    confirmations = [*properties.get("confirmations", []), {"date": AS_OF.isoformat()}]
    after = status_of({**properties, "confirmations": confirmations}).status
    if before == "unknown":
        assert after in {"new", "low_activity", "dormant"}
    else:
        assert after == before


@given(PAIRS, st.sampled_from(sorted(SUBSTANTIVE_ACTIVITIES)))
def test_doing_something_together_today_makes_a_pair_alive_unless_it_is_over(properties, type):
    before = status_of(properties).status
    activities = [*properties.get("activities", []), activity(AS_OF.isoformat(), type)]
    after = status_of({**properties, "activities": activities}).status
    if before in {"suspended", "terminated"}:
        assert after == before
    elif before in ENDINGS | {"active_without_agreement"}:
        assert after == "active_without_agreement"
    else:
        assert after == "active"


@given(PAIRS)
def test_courtesies_change_nothing(properties):
    substantive = [
        entry
        for entry in properties.get("activities", [])
        if entry["type"] in SUBSTANTIVE_ACTIVITIES
    ]
    assert (
        status_of(properties).status == status_of({**properties, "activities": substantive}).status
    )


@given(PAIRS, st.integers(1, 5000), st.sampled_from(CODES["agreement_status"]))
def test_what_is_yet_to_come_changes_nothing(properties, days, state):
    later = (AS_OF + timedelta(days=days)).isoformat()
    future = {
        **properties,
        "agreements": [*properties.get("agreements", []), {"signed_on": later}],
        "activities": [*properties.get("activities", []), activity(later)],
        "confirmations": [*properties.get("confirmations", []), {"date": later}],
        "status_events": [*properties.get("status_events", []), event(state, later)],
    }
    assert status_of(future).status == status_of(properties).status


@given(PAIRS)
def test_the_sides_are_equal(properties):
    swap = {"a": "b", "b": "a"}

    def swapped(value):
        if isinstance(value, dict):
            return {
                key: swap.get(inner, inner) if key in ("side", "hosts") else swapped(inner)
                for key, inner in value.items()
            }
        return [swapped(inner) for inner in value] if isinstance(value, list) else value

    mirror, status = status_of(swapped(properties)), status_of(properties)
    assert mirror.status == status.status
    assert mirror.vitality == status.vitality


@given(st.integers(0, 120), st.integers(0, 120))
def test_a_later_activity_never_makes_a_pair_less_alive(months, earlier):
    liveliness = ["dormant", "low_activity", "active"]
    recent, older = sorted((months, earlier))
    statuses = [
        status_of({"activities": [activity(ago(age))], **CONFIRMED}) for age in (older, recent)
    ]
    ranks = [liveliness.index(status.status) for status in statuses]
    assert ranks[0] <= ranks[1]
    assert statuses[0].vitality.recency <= statuses[1].vitality.recency
