"""E-mail addresses: trimmed, checked without a network, refused with a reason."""

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from relasi.engine.fields.email_address import InvalidEmail, email_key, normalize_email

NORMAL = {
    "budi@example.co.id": "budi@example.co.id",
    " Budi.Santoso@EXAMPLE.Co.ID ": "Budi.Santoso@example.co.id",
    "o'neil+tag@x.co.id": "o'neil+tag@x.co.id",
    "Budi Santoso <budi@x.id>": "budi@x.id",
    '"Budi, PT Maju" <budi@x.id>': "budi@x.id",
    "mailto:budi@x.id?subject=Halo": "budi@x.id",
    "budi@x.id;": "budi@x.id",
    "budi@x.id.": "budi@x.id",
    "\ufeffbudi@x.id\u200b": "budi@x.id",
    "budi@MÜLLER.de": "budi@müller.de",
    "budi@xn--mller-kva.de": "budi@müller.de",
    "budi@faß.de": "budi@faß.de",
    "josé@x.id": "josé@x.id",
    "a@b.museum": "a@b.museum",
    "x_1@sub.domain.example.com": "x_1@sub.domain.example.com",
}

REFUSED = {
    "": "empty",
    " ; ": "empty",
    "bukan-email": "no_at",
    "budi @x.id": "space",
    "budi@x.id, ani@x.id": "several",
    "budi@x.id ani@x.id": "several",
    "budi@@x.id": "bad_local",
    ".budi@x.id": "bad_local",
    "bu..di@x.id": "bad_local",
    "@x.id": "bad_local",
    "a" * 65 + "@x.id": "bad_local",
    "budi@": "bad_domain",
    "budi@gmail": "bad_domain",
    "budi@gmail,com": "bad_domain",
    "budi@-x.id": "bad_domain",
    "budi@x..id": "bad_domain",
    "budi@x.c": "bad_domain",
    "budi@127.0.0.1": "bad_domain",
    "budi@" + "x" * 300 + ".id": "too_long",
    "x" * 10_000: "too_long",
}


@pytest.mark.parametrize("written", NORMAL)
def test_an_address_is_cleaned(written: str) -> None:
    assert normalize_email(written) == NORMAL[written]


@pytest.mark.parametrize("written", REFUSED, ids=lambda written: written[:20])
def test_an_address_nobody_can_have_is_refused_with_its_reason(written: str) -> None:
    with pytest.raises(InvalidEmail) as refusal:
        normalize_email(written)
    assert refusal.value.code == REFUSED[written]
    with translation.override("en"):
        assert "%" not in refusal.value.reason


ADDRESSES = st.one_of(
    st.emails(), st.text(max_size=30), st.from_regex(r"[a-z.]{1,8}@[a-zß.-]{1,10}", fullmatch=True)
)


@given(ADDRESSES)
def test_a_clean_address_stays_as_it_is(written: str) -> None:
    try:
        once = normalize_email(written)
    except InvalidEmail:
        return
    assert normalize_email(once) == once
    assert email_key(email_key(once)) == email_key(once)


def test_a_mailbox_has_one_key() -> None:
    assert email_key(" BUDI@X.ID ") == email_key("budi@x.id") == "budi@x.id"
    assert email_key("") == ""
