"""The scripts as texts: what they may not hold, what they say, how large they may be."""

import re

import pytest

from geomap.i18n import LANGUAGES, catalogue, plural_forms
from geomap.terms import VOCABULARIES
from web.assets import STATIC
from web.words import SHOWN, page_words

SCRIPTS = sorted((STATIC / "js").rglob("*.js"))
STYLES = sorted((STATIC / "css").glob("*.css"))
TEXT = r"'((?:[^'\\]|\\.)*)'"
MESSAGE = re.compile(rf"\b(?:t|m)\(\s*{TEXT}")
COUNTED = re.compile(rf"\b(?:plural|forms)\(\s*{TEXT},\s*{TEXT}")
FORBIDDEN = {
    "markup in strings": r"\b(?:inner|outer)HTML\b|insertAdjacentHTML|document\.write",
    "code in strings": r"\beval\(|new Function\(|setTimeout\(\s*['\"`]",
    "another host": r"https?://(?!www\.w3\.org/2000/svg)",
    "a message to the console": r"\bconsole\.",
}


def source(path):
    return path.read_text("utf-8")


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_script_holds(path, what):
    assert not re.search(FORBIDDEN[what], source(path))


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_a_script_is_short_and_says_first_what_it_is(path):
    text = source(path)
    assert len(text.splitlines()) < 400
    assert text.startswith("// ")


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_what_a_script_imports_is_there_and_exported(path):
    for names, module in re.findall(r"import \{([^}]+)\} from '(\.\.?/[\w-]+\.js)'", source(path)):
        exported = source(path.parent / module)
        for name in filter(None, (name.strip() for name in names.split(","))):
            assert re.search(rf"export (?:async )?(?:const|class|function) {name}\b", exported), (
                f"{name} of {module}"
            )


@pytest.mark.parametrize("lang", [lang for lang in LANGUAGES if lang != "en"])
def test_every_message_of_the_scripts_is_translated(lang):
    said = {text for path in SCRIPTS for text in MESSAGE.findall(source(path))}
    counted = {text for path in SCRIPTS for text in COUNTED.findall(source(path))}
    assert len(said) > 100
    assert said - set(catalogue(lang)) == set()
    assert {one for one, _ in counted} - set(plural_forms(lang)) == set()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_page_knows_the_label_of_every_term_it_shows(lang):
    used = {name for path in SCRIPTS for name in re.findall(rf"\bterm\({TEXT}", source(path))}
    assert used <= SHOWN <= set(VOCABULARIES)
    terms = page_words(lang)["terms"]
    for name in SHOWN:
        assert set(terms[name]) == {term.code for term in VOCABULARIES[name].codes}


def test_the_page_knows_countries_in_the_language_of_the_reader():
    assert [page_words(lang)["countries"]["FI"] for lang in LANGUAGES] == [
        "Finland",
        "Финляндия",
        "Suomi",
    ]


def test_kinds_and_states_of_the_scripts_are_those_of_the_vocabularies():
    state = source(STATIC / "js" / "state.js")
    for name, vocabulary in (("KINDS", "kind"), ("STATUSES", "status")):
        listed = re.search(rf"export const {name} = \[(.*?)\]", state, re.DOTALL)[1]
        codes = {term.code for term in VOCABULARIES[vocabulary].codes}
        assert set(re.findall(r"'(\w+)'", listed)) == codes


def test_every_kind_and_state_has_a_colour_for_light_and_for_dark():
    tokens = source(STATIC / "css" / "tokens.css")
    for prefix, vocabulary in (("kind", "kind"), ("status", "status")):
        for term in VOCABULARIES[vocabulary].codes:
            assert re.search(rf"--{prefix}-{term.code}: light-dark\(#\w+, #\w+\);", tokens)


@pytest.mark.parametrize("path", STYLES, ids=lambda path: path.name)
def test_styles_fetch_nothing_and_name_only_tokens_that_are_there(path):
    text = source(path)
    tokens = source(STATIC / "css" / "tokens.css")
    assert not re.search(r"url\(|@import", text)
    for name in re.findall(r"var\((--[\w-]+)\)", text):
        assert f"{name}:" in tokens, name
