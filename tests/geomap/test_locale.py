"""`locale/en.po` lists all that is said; every other language says the same, and all of it."""

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from geomap.i18n import LANGUAGES
from geomap.status.reasons import SENTENCES
from geomap.terms import VOCABULARIES

PLACEHOLDER = re.compile(r"\{(\w*)\}")
SAID = (
    # translate(lang, "…") and _("…") in Python and templates, t('…') in scripts
    ("**/*.py", re.compile(r"""\b(?:translate\(\s*\w+|_\()[,\s]*"((?:[^"\\]|\\.)+)"\s*[,)]""")),
    ("**/*.html", re.compile(r"""\b_\(\s*['"]((?:[^'"\\]|\\.)+)['"]\s*[,)]""")),
    ("static/js/*.js", re.compile(r"""\bt\(\s*'((?:[^'\\]|\\.)+)'\s*[,)]""")),
    ("static/js/*.js", re.compile(r"""\bplural\(\s*'((?:[^'\\]|\\.)+)'\s*,""")),
)


@pytest.fixture(scope="module")
def catalogues(checkout: Path) -> dict[str, Catalog]:
    found = {}
    for lang in LANGUAGES:
        with (checkout / "geomap" / "locale" / f"{lang}.po").open("rb") as file:
            found[lang] = read_po(file, locale=lang, abort_invalid=True)
    return found


def keys(catalogue):
    return [(message.context, message.id) for message in catalogue if message.id]


def forms(text):
    return [text] if isinstance(text, str) else list(text)


def test_there_is_a_file_for_each_language_and_no_other(checkout):
    files = (checkout / "geomap" / "locale").iterdir()
    assert sorted(file.name for file in files) == sorted(f"{lang}.po" for lang in LANGUAGES)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_language_lists_the_same_messages_in_the_same_order(catalogues, lang):
    assert keys(catalogues[lang]) == keys(catalogues["en"])


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_message_is_listed_twice(checkout, lang):
    text = (checkout / "geomap" / "locale" / f"{lang}.po").read_text("utf-8")
    entries = re.findall(r'(?:^msgctxt "(.*)"\n)?^msgid "(.+)"', text, re.MULTILINE)
    assert len(set(entries)) == len(entries)


@pytest.mark.parametrize("lang", sorted(set(LANGUAGES) - {"en"}))
def test_no_message_is_missing_or_fuzzy(catalogues, lang):
    catalogue = catalogues[lang]
    messages = [message for message in catalogue if message.id]
    assert [message.id for message in messages if not all(forms(message.string))] == []
    assert [message.id for message in messages if message.fuzzy] == []
    plurals = [message for message in messages if message.pluralizable]
    assert all(len(message.string) == catalogue.num_plurals for message in plurals)


@pytest.mark.parametrize("lang", sorted(set(LANGUAGES) - {"en"}))
def test_placeholders_are_equal(catalogues, lang):
    for message in catalogues[lang]:
        if not message.id:
            continue
        expected = {name for form in forms(message.id) for name in PLACEHOLDER.findall(form)}
        for form in forms(message.string):
            # A form for one alone may leave the number out.
            assert expected - {"n"} <= set(PLACEHOLDER.findall(form)) <= expected, message.id


def test_the_labels_are_those_of_the_vocabularies(catalogues):
    labels = [key for key in keys(catalogues["en"]) if key[0]]
    assert labels == [
        (vocabulary.id, term.label)
        for vocabulary in VOCABULARIES.values()
        for term in vocabulary.codes
    ]


def test_after_the_labels_come_the_sentences_and_then_the_page_each_sorted(catalogues):
    contexts = [context for context, _ in keys(catalogues["en"])]
    messages = [forms(id)[0] for context, id in keys(catalogues["en"]) if not context]
    assert contexts.index(None) == len(contexts) - len(messages)
    assert messages[: len(SENTENCES)] == sorted(SENTENCES)
    assert messages[len(SENTENCES) :] == sorted(messages[len(SENTENCES) :])


def test_all_that_the_rooms_say_is_listed(checkout, catalogues):
    listed = {form for context, id in keys(catalogues["en"]) if not context for form in forms(id)}
    said = {
        (str(file.relative_to(checkout)), text)
        for room in ("geomap", "layers", "api", "web")
        for pattern, call in SAID
        for file in (checkout / room).glob(pattern)
        for text in call.findall(file.read_text("utf-8"))
    }
    assert [(file, text) for file, text in sorted(said) if text not in listed] == []
