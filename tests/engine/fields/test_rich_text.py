"""Rich text: only what cannot harm is kept, and plain lines work without an editor."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relasi.engine.fields import RichTextField
from relasi.engine.fields.kind import EMPTY_CELL
from tests.engine.fields.conftest import bound

KIND = bound(RichTextField())


@pytest.mark.parametrize(
    ("raw", "stored"),
    [
        ("<p>Halo <b>Ibu</b></p>", "<p>Halo <b>Ibu</b></p>"),
        ("<p>x</p><script>alert(1)</script>", "<p>x</p>"),
        ("<p onclick='x()' style='color:red'>x</p>", "<p>x</p>"),
        ("<img src=x onerror=alert(1)>", None),
        ("<svg><script>1</script></svg>", None),
        ("<p> <br></p>", None),
        ("satu\ndua\n\ntiga", "<p>satu<br>dua</p><p>tiga</p>"),
        ("a < b & c", "<p>a &lt; b &amp; c</p>"),
        ("", None),
        (None, None),
    ],
)
def test_it_is_cleaned(raw, stored):
    assert KIND.parse(raw) == stored


def test_a_link_leads_to_pages_mail_or_phones_only():
    assert "javascript" not in KIND.parse('<a href="javascript:alert(1)">x</a>')
    assert 'href="https://x.id"' in KIND.parse('<a href="https://x.id">x</a>')


@given(
    st.one_of(
        st.text(max_size=60),
        st.lists(st.sampled_from(["<p>", "</p>", "<b>", "&lt;", "x", "\n", "<br>", "<li>"])).map("".join),
    )
)
def test_what_is_stored_is_what_is_typed_again(raw):
    value = KIND.parse(raw)
    assert KIND.parse(KIND.typed(value)) == value


def test_a_list_shows_the_words_and_a_page_all_of_it():
    value = "<p>Halo <b>Ibu</b></p><ul><li>satu</li><li>&lt;dua&gt;</li></ul>"
    assert KIND.show(value) == "Halo Ibu\nsatu\n<dua>"
    assert KIND.cell(value) == "Halo Ibu satu &lt;dua&gt;"
    assert "<b>Ibu</b>" in KIND.fact(value)
    assert "script" not in KIND.fact("<script>x</script>")
    assert KIND.cell(None) == EMPTY_CELL
