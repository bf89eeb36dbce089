"""The style guide's section shows every kind of value in both languages."""

import pytest

from relasi.engine.fields import kind as kinds
from relasi.engine.fields.reader import ENGLISH, INDONESIAN, reading_as
from relasi.engine.fields.samples import draw_samples, field_samples

# Kinds without a field of their own, and those without a look of their own: parts of an address, what no screen shows, a
# reference without a foreign key.
BESIDE = {"address_part", "codes", "country", "hidden", "loose_reference"}


@pytest.mark.parametrize("reader", [INDONESIAN, ENGLISH], ids=["id", "en"])
def test_every_kind_of_value_has_a_sample(reader):
    with reading_as(reader):
        shown = {sample.name for sample in field_samples(reader)}
    named = {name for name, one in kinds._NAMED.items() if one.__module__.startswith("relasi.engine.fields")}
    assert shown == named - BESIDE


def test_every_sample_but_the_number_can_be_typed_and_has_an_empty_cell():
    for sample in field_samples(INDONESIAN):
        assert sample.input or sample.name == "number"
        assert sample.cells[-1] == kinds.EMPTY_CELL


def test_a_mistake_is_shown_with_what_was_typed():
    refused = {sample.name: sample.refused for sample in field_samples(INDONESIAN)}
    assert 'value="31/02/2026"' in refused["date"]
    assert 'aria-invalid="true"' in refused["date"]
    assert 'value="USD 5"' in refused["money"]


def test_the_section_is_drawn():
    drawn = draw_samples(INDONESIAN)
    assert "Rp\u00a03.240.500.000" in drawn
    assert "&lt;Ñusantara&gt;" in drawn
    assert "<Ñusantara>" not in drawn
