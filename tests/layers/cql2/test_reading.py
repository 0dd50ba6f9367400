"""Both encodings are read as the standard's examples mean them, whatever stands in them."""

import json

import cql2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geomap.errors import ParameterInvalid
from geomap.systems import system_named
from layers.cql2 import raw
from layers.cql2.filter import filter_of
from layers.cql2.json import read_json
from layers.cql2.queryables import queryables_of
from layers.cql2.text import read_text

TEXTS, JSONS = 120, 109
UNDERSTOOD = 19
"""Examples that ask for nothing but a name, an id or a geometry."""
WORDS = [
    "AND",
    "OR",
    "NOT",
    "LIKE",
    "BETWEEN",
    "IN",
    "IS",
    "NULL",
    "DIV",
    "true",
    "name",
    "rank",
    "geometry",
    "dating",
    "'a'",
    "1",
    "2.5",
    "(",
    ")",
    ",",
    "=",
    "<>",
    "<",
    ">",
    "+",
    "-",
    "*",
    "/",
    "%",
    "^",
    "DATE",
    "TIMESTAMP",
    "INTERVAL",
    "BBOX",
    "POINT",
    "POLYGON",
    "Z",
    "CASEI",
    "year",
    "S_INTERSECTS",
    "T_AFTER",
    "..",
]


def said(part):
    """Return what is read in the form of CQL2 JSON."""
    return _FORMS[type(part)](part)


_FORMS = {
    raw.Name: lambda part: {"property": part.name},
    raw.Value: lambda part: part.value,
    raw.Instant: lambda part: {part.kind: part.text},
    raw.Span: lambda part: {
        "interval": [end if isinstance(end, str) else said(end) for end in part.ends]
    },
    raw.Box: lambda part: {"bbox": list(part.numbers)},
    raw.Geometry: lambda part: json.loads(json.dumps(part.json)),
    raw.Items: lambda part: [*map(said, part.items)],
    raw.Op: lambda part: {"op": part.op, "args": [*map(said, part.args)]},
}


def plain(part):
    """Return JSON with operators in lower case and times without a fraction of noughts."""
    if isinstance(part, dict):
        return {key: value.lower() if key == "op" else plain(value) for key, value in part.items()}
    if isinstance(part, list):
        return [*map(plain, part)]
    return part.replace(".000000Z", "Z") if isinstance(part, str) else part


def examples(shared_data, encoding):
    folder = shared_data / "cql2" / "schema" / "examples" / encoding
    return [path.read_text() for path in sorted(folder.glob(f"*.{ENDINGS[encoding]}"))]


ENDINGS = {"text": "txt", "json": "json"}


def test_every_example_in_text_is_read_as_another_reader_does(shared_data):
    found = examples(shared_data, "text")
    assert len(found) == TEXTS
    for text in found:
        assert plain(said(read_text(text))) == plain(cql2.parse_text(text).to_json()), text


def test_every_example_in_json_is_read_as_it_stands(shared_data):
    found = examples(shared_data, "json")
    assert len(found) == JSONS
    for text in found:
        assert plain(said(read_json(text))) == plain(json.loads(text))


@pytest.mark.parametrize("encoding", ["text", "json"])
def test_every_example_is_a_filter_or_refused_with_the_reason(shared_data, encoding):
    understood = 0
    for text in examples(shared_data, encoding):
        try:
            filter_of(text, queryables_of("regions"), lang=f"cql2-{encoding}")
            understood += 1
        except ParameterInvalid as refusal:
            assert refusal.expected.startswith("at ")  # noqa: PT017
    assert understood >= UNDERSTOOD


@settings(max_examples=500, deadline=None)
@given(st.lists(st.sampled_from(WORDS), max_size=30).map(" ".join))
def test_any_words_of_the_language_are_a_filter_or_refused(text):
    try:
        filter_of(text, queryables_of("sites"))
    except ParameterInvalid as refusal:
        assert refusal.name == "filter"  # noqa: PT017


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=40), st.sampled_from(["cql2-text", "cql2-json"]))
def test_any_text_is_a_filter_or_refused(text, lang):
    try:
        filter_of(text, queryables_of("sites"), lang=lang)
    except ParameterInvalid as refusal:
        assert refusal.name == "filter"  # noqa: PT017


members = st.sampled_from(
    [
        "op",
        "args",
        "property",
        "date",
        "timestamp",
        "interval",
        "bbox",
        "type",
        "coordinates",
        "geometries",
        "x",
    ]
)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(WORDS),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(members, inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=500, deadline=None)
@given(values)
def test_any_json_is_a_filter_or_refused(value):
    try:
        filter_of(json.dumps(value), queryables_of("sites"), lang="cql2-json")
    except ParameterInvalid as refusal:
        assert refusal.name == "filter"  # noqa: PT017


HOSTILE = [
    "(" * 4096,
    "((((((((((((((((((((((((a=",
    "(" * 24 + "rank=" + ")" * 24,
    "NOT " * 1024,
    "-" * 4096,
    "a^" * 2048,
    "a+" * 2048,
    "casei(" * 600,
    "'" * 4095,
    "''" * 2047 + "'",
    '"' * 4095,
    "rank=1 AND " * 370 + "true",
    "S_INTERSECTS(geometry,POLYGON((" + "1 2," * 990 + "1 2)))",
    "S_INTERSECTS(geometry," + "GEOMETRYCOLLECTION(" * 200,
    "name LIKE '" + "%a" * 2000 + "'",
    "rank = 9^9^9^9^9^9^9",
    "rank = " + "9" * 4000,
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.timeout(60)  # for ever, for a reader that goes back
def test_a_hostile_filter_is_refused(text):
    with pytest.raises(ParameterInvalid):
        filter_of(text, queryables_of("sites"))


def test_whole_numbers_stay_exact():
    for number in (2**53 + 1, 2**63 - 1, -(2**63) + 1):
        key = filter_of(f"rank = {number}", queryables_of("sites")).tree
        assert key.right.value == number
    with pytest.raises(ParameterInvalid, match="9223372036854775807"):
        filter_of(f"rank = {2**63}", queryables_of("sites"))


def test_quotes_inside_texts_and_names_are_doubled():
    assert said(read_text("\"a\"\"b\" = 'O''Brien'")) == {
        "op": "=",
        "args": [{"property": 'a"b'}, "O'Brien"],
    }


def test_equal_filters_have_equal_keys_and_others_do_not():
    def key(text, **more):
        return filter_of(text, queryables_of("sites"), **more).key

    said_in_json = '{"op": ">", "args": [{"property": "rank"}, 5]}'
    assert key("rank > 5") == key(" 5<RANK ".replace("RANK", '"rank"')) == key("rank>2+3")
    assert key("rank > 5") == key(said_in_json, lang="cql2-json")
    assert key("rank > 5") != key("rank > 6") != key("rank >= 6")
    here = "S_INTERSECTS(geometry, POINT(1 2))"
    assert key(here) != key(here, system=system_named("EPSG:4326"))
