from datetime import date

import pytest

from geomap.i18n import LANGUAGES
from geomap.status import Thresholds, evidence_of, pair_status
from geomap.terms import VOCABULARIES

AS_OF = date(2026, 11, 21)
CODES = {name: [term.code for term in each.codes] for name, each in VOCABULARIES.items()}


def status_of(properties, as_of=AS_OF):
    return pair_status(evidence_of(properties), as_of)


def ago(months, day=21):
    years, month = divmod(AS_OF.year * 12 + AS_OF.month - 1 - months, 12)
    return date(years, month + 1, day).isoformat()


def activity(start, type="joint_project", **more):
    return {"type": type, "start": start, **more}


def event(status, when, **more):
    return {"status": status, "date": when, **more}


CONFIRMED = {"confirmations": [{"date": ago(3), "method": "annual_report", "side": "a"}]}

# --- one example for each line of the definition ----------------------------------------------

EXAMPLES = {
    "nothing on record": ({}, "unknown"),
    "a date of signing alone": ({"established": "1953"}, "unknown"),
    "a recent signing nobody confirmed": ({"established": ago(2)}, "unknown"),
    "suspended by one side": (
        {"status_events": [event("suspended", "2022-03-02", side="a")]},
        "suspended",
    ),
    "suspended, though the two are active": (
        {"activities": [activity(ago(1))], "status_events": [event("suspended", ago(2))]},
        "suspended",
    ),
    "suspended and taken up again": (
        {
            "status_events": [event("suspended", "2014"), event("in_force", "2016")],
            "activities": [activity(ago(1))],
        },
        "active",
    ),
    "one side lifted its suspension, the other did not": (
        {
            "status_events": [
                event("suspended", "2022", side="both"),
                event("in_force", "2024", side="b"),
            ]
        },
        "suspended",
    ),
    "an agreement suspended beside one in force": (
        {
            "agreements": [
                {"ref": "AG-1", "status_events": [event("suspended", "2022")]},
                {"ref": "AG-2"},
            ]
        },
        "suspended",
    ),
    "all agreements terminated": (
        {"agreements": [{"status_events": [event("terminated", "2023", side="b")]}]},
        "terminated",
    ),
    "terminated, though the two are active": (
        {"activities": [activity(ago(1))], "status_events": [event("terminated", "2023")]},
        "terminated",
    ),
    "the relation terminated ends the agreements before it": (
        {
            "agreements": [{"signed_on": "1992"}, {"signed_on": "2001"}],
            "status_events": [event("terminated", "2022-05-01")],
        },
        "terminated",
    ),
    "an agreement signed after the termination": (
        {
            "agreements": [{"signed_on": "1953"}, {"signed_on": "2010"}],
            "status_events": [event("terminated", "1999")],
            "activities": [activity(ago(1))],
        },
        "active",
    ),
    "one agreement terminated, another in force": (
        {
            "agreements": [{"status_events": [event("terminated", "1999")]}, {"ref": "AG-2"}],
            "activities": [activity(ago(30))],
            **CONFIRMED,
        },
        "low_activity",
    ),
    "an end without how": ({"ended": "2022"}, "terminated"),
    "an end without how, beside one that says how": (
        {"ended": "2022", "status_events": [event("expired", "2022-01")]},
        "expired",
    ),
    "the term ran out": (
        {"agreements": [{"signed_on": "1990", "valid_until": "2000", "term_type": "fixed"}]},
        "expired",
    ),
    "the term has not run out to its last day": (
        {"agreements": [{"signed_on": "1990", "valid_until": "2026"}]},
        "unknown",
    ),
    "the term renews itself": (
        {"agreements": [{"valid_until": "2000", "term_type": "auto_renewing"}]},
        "unknown",
    ),
    "terminated before the term ran out": (
        {
            "agreements": [
                {"valid_until": "2020", "status_events": [event("terminated", "2015")]},
            ]
        },
        "terminated",
    ),
    "superseded by what is not on record": (
        {"agreements": [{"status_events": [event("superseded", "2005")]}]},
        "expired",
    ),
    "lapsed by merger": (
        {"agreements": [{"status_events": [event("lapsed_by_merger", "2009")]}]},
        "lapsed_by_merger",
    ),
    "expired long ago, terminated of late": (
        {
            "agreements": [
                {"status_events": [event("expired", "1995")]},
                {"status_events": [event("terminated", "2022")]},
            ]
        },
        "terminated",
    ),
    "expired, though the two are active": (
        {
            "agreements": [{"status_events": [event("expired", "2020")]}],
            "activities": [activity(ago(5))],
        },
        "active_without_agreement",
    ),
    "an annex founds nothing": (
        {
            "agreements": [
                {"status_events": [event("terminated", "2023")]},
                {"doc_type": "annex"},
            ]
        },
        "terminated",
    ),
    "a draft is no agreement yet": (
        {"agreements": [{"status_events": [event("draft", "2026-01")]}]},
        "unknown",
    ),
    "active to the day": ({"activities": [activity(ago(24))]}, "active"),
    "a project under way": ({"activities": [activity("2015/..")]}, "active"),
    "a project with its end to come": ({"activities": [activity("2015", end="2027")]}, "active"),
    "a day too old and nobody confirmed": (
        {"activities": [activity(ago(24, day=20))]},
        "unknown",
    ),
    "an old activity nobody confirmed": ({"activities": [activity("2010")]}, "unknown"),
    "a project whose end is unknown": ({"activities": [activity("2015/")]}, "unknown"),
    "a decade is taken at its beginning": ({"activities": [activity("202X")]}, "unknown"),
    "confirmed too long ago": (
        {"activities": [activity("2010")], "confirmations": [{"date": "2020"}]},
        "unknown",
    ),
    "new": ({"established": ago(10), **CONFIRMED}, "new"),
    "new by its agreement": (
        {"established": "1960", "agreements": [{"signed_on": ago(24)}], **CONFIRMED},
        "new",
    ),
    "low activity": ({"activities": [activity(ago(60))], **CONFIRMED}, "low_activity"),
    "low activity soon after signing": (
        {"established": ago(30), "activities": [activity(ago(26))], **CONFIRMED},
        "low_activity",
    ),
    "dormant": ({"activities": [activity(ago(60, day=20))], **CONFIRMED}, "dormant"),
    "never implemented": ({"established": "1990", **CONFIRMED}, "dormant"),
    "courtesies only": (
        {"activities": [activity(ago(1), "greeting_letter")], **CONFIRMED},
        "dormant",
    ),
}


@pytest.mark.parametrize(("properties", "expected"), EXAMPLES.values(), ids=EXAMPLES)
def test_the_definition_holds(properties, expected):
    assert status_of(properties).status == expected


def test_every_status_has_an_example():
    assert {expected for _, expected in EXAMPLES.values()} == set(CODES["status"])


# --- why, and what else -----------------------------------------------------------------------


def test_a_suspension_says_who_why_and_since_when_and_points_to_its_record():
    suspension = event("suspended", "2022-03-02", side="a", reason="political_decision", ref="EV-7")
    status = status_of({"status_events": [suspension]})
    assert status.properties("en")["because"] == [
        "The partnership is suspended (2 March 2022).",
        "One side decided so: first city.",
        "The reason stated: political decision.",
    ]
    assert status.properties("fi")["because"][0] == (
        "Kumppanuus on keskeytetty (2. maaliskuuta 2022)."
    )
    assert status.properties("ru")["because"][1] == "Решение приняла одна сторона: первый город."
    assert {ref for reason in status.because for ref in reason.refs} == {"EV-7"}


def test_a_reason_names_the_city_once_it_is_known():
    suspension = event("suspended", "2022-03-02", side="b")
    imatra = {"en": "Imatra", "ru": "Иматра", "fi": "Imatra"}
    svetogorsk = {"en": "Svetogorsk", "ru": "Светогорск", "fi": "Svetogorsk"}
    status = status_of({"status_events": [suspension]})
    assert status.speaks_of_a_side
    named = status.naming({"a": imatra, "b": svetogorsk})
    said = [named.properties(lang)["because"][1] for lang in LANGUAGES]
    assert said == [
        "One side decided so: Svetogorsk.",
        "Решение приняла одна сторона: Светогорск.",
        "Päätöksen teki yksi osapuoli: Svetogorsk.",
    ]
    assert status.naming({"a": imatra}) == status
    assert not status_of({}).speaks_of_a_side


def test_silence_is_said_to_be_silence():
    because = status_of({}).properties("en")["because"]
    assert because == [
        "No joint activity is on record.",
        "No side has confirmed the state of the partnership in the last 24 months.",
        "Silence is not taken for dormancy.",
    ]


def test_hints_go_with_old_activities_and_with_none():
    assert status_of({"activities": [activity("2010")]}).hint == "presumed_dormant"
    assert status_of({"activities": [activity(ago(40))]}).hint == ""
    assert status_of({"established": "1990", **CONFIRMED}).hint == "never_implemented"


def test_members_are_flat_and_the_empty_ones_left_out():
    unknown = status_of({}).properties()
    assert unknown["status"] == "unknown"
    assert unknown["status_as_of"] == "2026-11-21"
    assert "vitality" not in unknown
    assert "last_activity_on" not in unknown
    active = status_of({"activities": [activity("2026-05-06", hosts="both")]}).properties()
    assert active["last_activity_on"] == "2026-05-06"
    assert active["vitality"] == 36 + 2 + 15
    assert active["vitality_recency"] == 36.0


def test_confidence_grows_with_a_source_and_a_confirmation():
    bare = activity(ago(2))
    sourced = activity(ago(2), source_url="https://example.org/report")
    assert status_of({"activities": [bare]}).confidence == "low"
    assert status_of({"activities": [sourced]}).confidence == "medium"
    assert status_of({"activities": [sourced], **CONFIRMED}).confidence == "high"
    assert status_of({}).confidence == "low"


def test_vitality_has_its_parts_in_their_measures():
    exchanges = [
        activity(ago(month), "school_exchange", hosts="ab"[month % 2]) for month in range(10)
    ]
    fields = CODES["cooperation_field"][:5]
    vitality = status_of({"activities": exchanges, "fields_of_cooperation": fields}).vitality
    assert vitality.recency == 40
    assert vitality.frequency == 20
    assert vitality.breadth == 15
    assert vitality.reciprocity == 15
    assert vitality.funding == 0
    assert vitality.total == 90


def test_thresholds_are_settings():
    evidence = evidence_of({"activities": [activity(ago(30))]})
    assert pair_status(evidence, AS_OF).status == "unknown"
    assert pair_status(evidence, AS_OF, Thresholds(active=36)).status == "active"


def test_a_record_without_a_readable_date_is_no_evidence():
    damaged = {
        "activities": [activity("last summer"), {"type": "training"}],
        "confirmations": [{"date": "recently"}],
        "status_events": [event("terminated", "some day")],
        "established": "yes",
    }
    assert status_of(damaged).status == "unknown"


def test_the_status_of_a_day_does_not_know_later_days():
    history = {
        "established": "1953",
        "activities": [activity("1990-06")],
        "status_events": [event("suspended", "2022-03-02")],
    }
    assert status_of(history, date(1991, 1, 1)).status == "active"
    assert status_of(history, date(2022, 3, 1)).status == "unknown"
    assert status_of(history, date(2022, 3, 2)).status == "suspended"
