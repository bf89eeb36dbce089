"""A day somebody asks for in an address: read where a company could mean it, and the usual one otherwise."""

from datetime import date

import pytest

from relasi.engine.screens.asking import day_asked

USUAL = date(2026, 11, 29)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("2026-01-31", date(2026, 1, 31)),
        ("2026-02-30", USUAL),
        ("kemarin", USUAL),
        ("", USUAL),
        ("0001-01-01", USUAL),  # two months before it there is no day at all
        ("9999-12-31", USUAL),
    ],
)
def test_a_day_is_read_or_left(text: str, found: date) -> None:
    assert day_asked({"last": text}, "last", USUAL) == found


def test_no_day_is_the_usual_one() -> None:
    assert day_asked({}, "last", USUAL) == USUAL
