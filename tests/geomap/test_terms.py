from collections.abc import Iterator

import pytest

from geomap.terms import FAULT_CODES, SUBSTANTIVE_ACTIVITIES, VOCABULARIES
from layers.catalog import LAYERS
from layers.layer import Field


def _fields(fields: tuple[Field, ...]) -> Iterator[Field]:
    for field in fields:
        yield field
        yield from _fields(field.of_fields)


@pytest.mark.parametrize("layer", LAYERS.values(), ids=lambda layer: layer.id)
def test_every_vocabulary_that_a_layer_names_exists(layer):
    named = {field.vocabulary for field in _fields(layer.fields) if field.vocabulary}
    assert named <= set(VOCABULARIES)


@pytest.mark.parametrize("vocabulary", VOCABULARIES.values(), ids=lambda each: each.id)
def test_codes_and_labels_are_unique_within_a_vocabulary(vocabulary):
    codes = [term.code for term in vocabulary.codes]
    labels = [term.label for term in vocabulary.codes]
    assert len(set(codes)) == len(codes)
    assert len(set(labels)) == len(labels)
    assert all(code.replace("_", "").isalnum() and code == code.lower() for code in codes)


def test_a_vocabulary_finds_its_terms_and_no_others():
    kinds = VOCABULARIES["kind"]
    assert "worship" in kinds
    assert "castle" not in kinds
    assert kinds.term("worship").label == "Places of worship"
    assert kinds.term("castle") is None


def test_courtesies_are_no_substantive_activities():
    activities = {term.code for term in VOCABULARIES["activity_type"].codes}
    assert activities - SUBSTANTIVE_ACTIVITIES == {
        "greeting_letter",
        "protocol_visit_only",
        "social_media_mention",
        "plaque_or_sign",
        "agreement_renewal_only",
    }
    assert len(SUBSTANTIVE_ACTIVITIES) == 17


def test_every_fault_code_says_what_it_means_in_a_sentence():
    assert all(meaning.endswith(".") for meaning in FAULT_CODES.values())
    assert all(code == code.upper() for code in FAULT_CODES)
