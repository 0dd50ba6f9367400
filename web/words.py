"""The words that the page's scripts need, one file a language."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from babel import Locale

from geomap.i18n import catalogue, country_name, label, plural_forms
from geomap.terms import VOCABULARIES

LANGUAGE_NAMES: Mapping[str, str] = {"en": "English", "ru": "Русский", "fi": "Suomi"}
"""Each language by its own name."""
SHOWN = frozenset(
    {
        *("kind", "object_kind", "country_basis", "condition", "location_precision"),
        *("designation_scheme", "designation_level", "designation_status", "unesco_category"),
        *("municipality_type", "city_status", "region_type", "legal_form", "region_status"),
        *("status", "side", "status_reason", "agreement_type", "term_type", "agreement_status"),
        *("activity_type", "pair_type", "cooperation_field", "name_type"),
    }
)
"""Vocabularies whose terms stand in details, lists or the legend."""


@lru_cache(maxsize=8)
def page_words(lang: str) -> Mapping[str, Any]:
    """Return messages, plural forms, labels of terms and names of countries in one language.

    Args:
        lang: One of `geomap.i18n.LANGUAGES`.
    """
    return {
        "lang": lang,
        "texts": {key: text for key, text in catalogue(lang).items() if key != text},
        "plurals": dict(plural_forms(lang)),
        "terms": {
            name: {term.code: label(lang, name, term.code) for term in vocabulary.codes}
            for name, vocabulary in VOCABULARIES.items()
            if name in SHOWN
        },
        "countries": {code: country_name(lang, code) for code in _country_codes()},
    }


def _country_codes() -> list[str]:
    """Return the codes of ISO 3166-1 that have names; CLDR lists numbers of regions, too."""
    codes = map(str, Locale("en").territories)
    return sorted(code for code in codes if len(code) == 2 and code.isalpha())
