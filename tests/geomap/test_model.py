from dataclasses import FrozenInstanceError

import pytest

from geomap.model import Edit, EditKind, Feature, Visibility
from geomap.terms import VOCABULARIES


def test_visibility_and_its_vocabulary_are_one_list():
    assert [level.value for level in Visibility] == [
        term.code for term in VOCABULARIES["visibility"].codes
    ]


def test_a_new_feature_is_public_and_not_stored_yet():
    feature = Feature("sites", "id", "source", "1", None, {})
    assert feature.visibility is Visibility.PUBLIC
    assert feature.revision == 0
    assert Edit(EditKind.PUT, feature).expected is None


def test_records_do_not_change():
    feature = Feature("sites", "id", "source", "1", None, {})
    with pytest.raises(FrozenInstanceError):
        feature.id = "other"
