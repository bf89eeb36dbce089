"""Every page in both languages: nothing of the other one, nothing that fits none, no broken part, and no more queries
than are written down in query_counts.json."""

from __future__ import annotations

import json
import os
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.walk.asking import taken_back
from tests.walk.cases import cases, real_entries
from tests.walk.expecting import expected
from tests.walk.languages import Ear
from tests.walk.page import Page
from tests.walk.walking import LANGUAGES, NO_PAGES, Walked, asker, walk
from tests.walk.world import World

pytestmark = pytest.mark.django_db

COUNTS = Path(__file__).parent / "query_counts.json"


@pytest.fixture(scope="module")
def walked(_world: World) -> Iterator[Walked]:
    with taken_back():
        yield walk(_world)


def _none(found: dict[str, list[str]]) -> None:
    """Fails with a line for each."""
    if found:
        lines = (f"{what}   at {places[0]}, {len(places)} in all" for what, places in sorted(found.items()))
        pytest.fail("\n".join(lines), pytrace=False)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_page_says_anything_of_the_other_language(walked, language):
    ear = Ear(language, walked.values)
    wrong = {f"{text[:100]!r}: {said}": places for text, places in walked.texts[language].items()
             if (said := ear.wrong(text))}  # fmt: skip
    _none(wrong)


def test_no_page_says_the_same_in_both_languages_but_names(walked):
    """A sentence written into the code or a template, past the catalogue, is alike in both."""
    ear = Ear("id", walked.values)
    wrong: dict[str, list[str]] = defaultdict(list)
    both = {
        text: set(places) & set(walked.texts["en"].get(text, ()))
        for text, places in walked.texts["id"].items()
    }
    for text, words in ear.unknown(text for text, places in both.items() if places):
        wrong[f"{text[:100]!r}: {words}"] += sorted(both[text])
    _none(wrong)


def test_no_page_has_a_broken_part(walked):
    _none(walked.faults)


def test_every_page_was_drawn(world, walked):
    """Nothing is proved of a page that never came."""
    missing = [
        case.name for case in cases(real_entries(), "GET")
        if case.name not in walked.queries and not case.route.sometimes and case.route.pattern not in NO_PAGES
        and case.route.args.get("verb") != "verb"
        and expected(world, case.route, asker(case), case.entry) == "good"
    ]  # fmt: skip
    assert not missing, "\n".join(missing)


# Queries.
def test_every_page_asks_as_many_queries_as_are_pinned(walked):
    """One more is a choice that a review sees. CONTRIBUTING.md says how to write the file anew."""
    if os.environ.get("RELASI_TEST_PIN_QUERIES"):
        COUNTS.write_text(json.dumps(walked.queries, indent=1, sort_keys=True) + "\n")
    pinned = json.loads(COUNTS.read_text())
    wrong = {
        f'"{name}": {walked.queries.get(name)},    # stands as {pinned.get(name)}': [name]
        for name in sorted(pinned.keys() | walked.queries.keys()) if walked.queries.get(name) != pinned.get(name)
    }  # fmt: skip
    _none(wrong)


# A check that finds nothing must be able to find something.
@pytest.mark.parametrize(
    "language, text, said",
    [
        ("id", "Save changes", "changes save"), ("id", "3 days ago by Andi", "ago days"), ("id", "Simpan perubahan", ""),
        ("en", "Simpan perubahan", "Simpan perubahan"), ("en", "Andi mengubah 2 kolom", "kolom mengubah"),
        ("en", "Pangan", ""), ("id", "Pangan updated", "updated"), ("id", "Status", ""),
    ],
)  # fmt: skip
def test_a_text_of_the_other_language_would_be_found(language, text, said):
    assert Ear(language, {"Andi", "Pangan"}).wrong(text).casefold() == said.casefold()


def test_a_text_past_the_catalogue_would_be_found():
    ear = Ear("id", {"Pangan"})
    assert [words for _text, words in ear.unknown(["Blorbify Pangan", "Pangan", "Status"])] == ["blorbify"]


@pytest.mark.parametrize(
    "html, fault",
    [
        ("<p>%(name)s</p>", "left-over"), ("<p>None</p>", "left-over"), ("<p>a &amp;lt;b&amp;gt; c</p>", "left-over"),
        ("<p>[object Object]</p>", "left-over"), ('<i id="a"></i><i id="a"></i>', "2 times"),
        ('<input name="a">', "nameless input"), ("<button><svg></svg></button>", "nameless button"),
        ('<html><label for="b">A</label></html>', "nowhere"),
        ('<label>A <input name="a"></label><button aria-label="B"></button><p title="x &gt; y">1 &lt; 2</p>', ""),
        ('<label for="a">A</label><textarea id="a">None</textarea>', ""),
    ],
)  # fmt: skip
def test_a_broken_part_would_be_found(html, fault):
    found = list(Page(html).faults())
    assert len(found) == bool(fault)
    assert fault in "".join(found)


def test_what_is_spoken_is_heard_and_what_is_code_is_not():
    page = Page(
        '<p title="A b">C<!-- d --> e</p><code>F</code><input placeholder="G" value="h"><script>i</script>'
    )
    assert page.texts == ["A b", "C", "e", "G"]
