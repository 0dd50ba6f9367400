"""Every profile speaks of fields that there are, with converters that there are."""

import csv
import importlib
import pkgutil
from urllib.parse import urlsplit

import pytest

from geomap.errors import FileUnreadable, ParameterInvalid
from layers.catalog import LAYERS, layer_named
from layers.checking import checked
from layers.imports import profiles
from layers.imports.convert import CONVERTERS
from layers.imports.profile import Mapper, Profile, Take
from layers.imports.rows import Row
from layers.imports.table import (
    DEFAULT_PROFILE,
    IMPORTS,
    PROFILES,
    profile_named,
    profile_names,
    reader_of,
)
from layers.layer import Kind

EVERY = pytest.mark.parametrize(
    "profile", PROFILES.values(), ids=lambda profile: f"{profile.name}-{profile.layer}"
)


def test_the_profiles_that_others_rely_on_are_there():
    assert {"unesco", "nhle", "merimee", "museovirasto", "twins", "regions", "geomap"} == set(
        profile_names()
    )


def test_every_module_of_profiles_is_in_the_table():
    found = set()
    for module in pkgutil.iter_modules(profiles.__path__):
        names = vars(importlib.import_module(f"{profiles.__name__}.{module.name}"))
        found |= {value.name for value in names.values() if isinstance(value, Profile)}
    assert found == set(profile_names())


@pytest.mark.parametrize("layer", LAYERS)
def test_every_layer_has_the_canonical_columns(layer):
    assert profile_named(DEFAULT_PROFILE, layer).layer == layer


@EVERY
def test_every_take_fills_a_field_of_the_layer_by_a_known_converter(profile):
    layer = layer_named(profile.layer)
    targets = [(take.field, take.convert) for take in profile.takes]
    for name, convert in [*targets, *((name, "as_is") for name, _ in profile.constants)]:
        top, _, member = name.partition(".")
        field = layer.field(top)
        assert field is not None, name
        assert convert in CONVERTERS
        if member:
            assert field.kind is Kind.OBJECTS
            assert member in {part.name for part in field.of_fields}


@EVERY
def test_every_constant_passes_the_checks_of_its_layer(profile):
    mapper = Mapper(profile, ())
    values = mapper(Row(1, {})).values
    faults = checked(layer_named(profile.layer), values, None).faults
    assert {fault.code for fault in faults} <= {"REQUIRED_MISSING"}


@EVERY
def test_every_code_that_a_rule_can_give_is_one_of_the_fields_vocabulary(profile):
    layer = layer_named(profile.layer)
    for take in profile.takes:
        codes = [code for code, _ in take.given.get("rules", ())]
        codes += take.given.get("terms", {}).values()
        top, _, member = take.field.partition(".")
        for code in codes:
            value = [{member: code, "scheme": "other"}] if member else code
            faults = checked(layer, {top: value}, None).faults
            assert not [fault for fault in faults if fault.column.startswith(top)], code


@EVERY
def test_every_source_says_whose_it_is(profile):
    if profile.source is None:
        assert profile.source_column
        return
    source = profile.source
    assert all((source.id, source.title, source.publisher, source.licence, source.attribution))
    assert urlsplit(source.url).scheme == "https"


def test_a_source_has_one_description_in_all_profiles():
    sources = [profile.source for profile in PROFILES.values() if profile.source]
    assert len({source.id for source in sources}) == len(set(sources))


def test_an_unknown_profile_is_refused_with_those_that_there_are():
    with pytest.raises(ParameterInvalid, match="geomap, merimee"):
        profile_named("twins", "sites")


@pytest.mark.parametrize(
    "name", [suffix for entry in IMPORTS.values() for suffix in entry.suffixes]
)
def test_every_suffix_has_its_reader_also_when_packed(tmp_path, name):
    assert reader_of(tmp_path / f"a{name}") is reader_of(tmp_path / f"A{name.upper()}.GZ")


def test_a_file_of_another_kind_is_refused(tmp_path):
    with pytest.raises(FileUnreadable, match=r"a\.shp"):
        reader_of(tmp_path / "a.shp")


def test_a_file_without_a_needed_column_is_refused_at_once():
    with pytest.raises(FileUnreadable, match="needs the columns lat"):
        Mapper(profile_named("nhle", "sites"), ("list_entry", "name", "lon"))


def test_what_no_field_takes_and_what_no_converter_reads_is_in_extra():
    mapper = Mapper(profile_named("nhle", "sites"), ())
    row = {"list_entry": "1", "name": "DRAGON HOUSE", "grade": "IV", "parish": "Perm", "blank": ""}
    mapped = mapper(Row(1, row))
    assert mapped.values["extra"] == {"grade": "IV", "parish": "Perm"}


def test_the_first_take_of_a_single_value_stays_and_the_second_column_is_not_lost():
    profile = Profile(
        name="test",
        layer="sites",
        source=None,
        record=("id",),
        takes=(Take("a", "municipality"), Take("b", "municipality")),
    )
    both = Mapper(profile, ())(Row(1, {"id": "1", "a": "Perm", "b": "Kazan"}))
    assert both.values == {"municipality": "Perm", "extra": {"b": "Kazan"}}
    second = Mapper(profile, ())(Row(1, {"id": "1", "a": "", "b": "Kazan"}))
    assert second.values == {"municipality": "Kazan"}


def test_typed_headers_are_read_without_their_types():
    columns = ("Mjtunnus,N,10,0", "Kohdenimi,C,100", "I,N,31,15", "P,N,31,15", "Zala,N,14,2")
    mapper = Mapper(profile_named("museovirasto", "sites"), columns)
    row = dict(zip(columns, ("12", "Wasa", "385597,7", "6672102,0", "3"), strict=True))
    mapped = mapper(Row(1, row))
    assert mapped.record_id == "12"
    assert (mapped.geometry.x, mapped.geometry.y) == (385597.7, 6672102.0)
    assert mapped.values["extra"] == {"Zala": "3"}


def test_a_fault_is_told_under_the_column_of_the_file():
    mapper = Mapper(profile_named("museovirasto", "sites"), ())
    assert mapper.column("geometry") == "I, P"
    assert mapper.column("designations[0].since") == "Laji"
    assert mapper.column("names[0].lang") == "Kohdenimi"
    assert mapper.column("extra.Selite") == "Selite"
    assert mapper.column("rank") == "Laji"
    assert mapper.column("area_ha") == "area_ha"


def test_a_pair_has_one_identifier_whichever_city_comes_first():
    mapper = Mapper(profile_named("twins", "twins"), ())
    one = mapper.record_id({"a_qid": "Q1", "b_qid": "Q2"})
    assert one == mapper.record_id({"a_qid": "Q2", "b_qid": "Q1"}) == "Q1-Q2"
    assert mapper.record_id({"a_qid": "Q1", "b_qid": ""}) == ""


def test_the_canonical_columns_are_those_that_the_seed_uses(checkout):
    for name in ("sites", "twins", "cities"):
        with (checkout / "layers" / "seed" / f"{name}.csv").open(encoding="utf-8") as file:
            columns = set(next(csv.reader(file)))
        profile = profile_named("geomap", name)
        taken = {take.column for take in profile.takes} | set(profile.record)
        taken |= {profile.x, profile.y, profile.source_column}
        taken |= {column for take in profile.takes for column in take.beside.values()}
        assert columns <= taken


@EVERY
def test_every_source_whose_day_nobody_states_says_that_it_is_assumed(profile):
    # No register that the house knows states the day of its state.
    if profile.source is not None:
        assert "assumed" in profile.source.attribution
