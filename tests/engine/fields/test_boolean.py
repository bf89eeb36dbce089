"""Yes or no: an unticked box is no, and only where it may be is an answer missing."""

import pytest
from django.http import QueryDict

from relasi.engine.fields import BooleanField
from relasi.engine.fields.kind import Invalid
from relasi.engine.fields.reader import ENGLISH, INDONESIAN
from tests.engine.fields.conftest import bound

PLAIN = bound(BooleanField(), "tame")
OPEN = bound(BooleanField(default=None), "tame")


@pytest.mark.parametrize("raw", [True, "ya", "Ya", "YES", "1", 1, 1.0, "true", "on", " aktif "])
def test_many_words_mean_yes(raw):
    assert PLAIN.parse(raw) is True


@pytest.mark.parametrize("raw", [False, "tidak", "No", "0", 0, "FALSE", "off"])
def test_many_words_mean_no(raw):
    assert PLAIN.parse(raw) is False


@pytest.mark.parametrize("raw", [None, "", "  "])
def test_no_answer_is_no_where_an_answer_is_needed(raw):
    assert PLAIN.parse(raw) is False
    assert OPEN.parse(raw) is None


@pytest.mark.parametrize("raw", ["mungkin", "2", "t", "x"])
def test_what_means_neither_is_refused(raw):
    with pytest.raises(Invalid):
        PLAIN.parse(raw)


def test_a_form_sends_no_for_an_unticked_box():
    assert PLAIN.parse(PLAIN.given(QueryDict("tame=0"))) is False
    assert PLAIN.parse(PLAIN.given(QueryDict("tame=0&tame=1"))) is True
    assert PLAIN.given({"tame": "1"}) == "1"


def test_only_an_open_question_can_be_filtered_for_missing_answers():
    assert PLAIN.operators == ("is",)
    assert OPEN.operators == ("is", "empty", "not_empty")
    assert not PLAIN.required


def test_it_is_shown_in_the_language_of_the_reader():
    assert PLAIN.show(True, INDONESIAN) == "Ya"
    assert PLAIN.show(True, ENGLISH) == "Yes"
    assert "muted" in PLAIN.cell(False, None, ENGLISH)
