"""Inputs: every kind can be typed, keeps what was refused, and is labelled for those who cannot see it."""

import re
from decimal import Decimal
from html.parser import HTMLParser

import pytest
from django.http import QueryDict

from relasi.engine.access.acting import SYSTEM, acting
from relasi.engine.fields import (
    AddressField,
    BooleanField,
    ChoiceField,
    DateField,
    DateTimeField,
    MoneyField,
    MultiChoiceField,
    PercentField,
    TextField,
)
from relasi.engine.fields.inputs import render_control, render_input, render_operand
from relasi.engine.fields.kind import kind_of
from relasi.engine.fields.operators import operators_of
from relasi.engine.fields.reader import INDONESIAN
from tests.engine.fields.conftest import bound
from tests.fakes.models import Parrot

pytestmark = pytest.mark.django_db

OPTIONS = [("a", "Apel"), ("b", "Belimbing & co")]


class Page(HTMLParser):
    """The controls of some markup, what labels them and whether every tag is closed."""

    VOID = {"input", "br", "img", "use"}

    def __init__(self, markup):
        super().__init__()
        self.controls, self.labels, self.ids, self.open = [], set(), [], []
        self.feed(str(markup))
        self.close()

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if "id" in attrs:
            self.ids.append(attrs["id"])
        if tag == "label" and "for" in attrs:
            self.labels.add(attrs["for"])
        if tag in ("input", "select", "textarea") and attrs.get("type") != "hidden":
            inside = "label" in self.open or "noscript" in self.open
            self.controls.append((tag, attrs, inside))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag not in self.VOID:
            assert self.open.pop() == tag


def sent(markup):
    """What a form with this markup posts untouched."""
    page, pairs = Page(markup), []
    for found in re.finditer(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', str(markup)):
        pairs.append(found.groups())
    for _tag, attrs, _inside in page.controls:
        ticked = attrs.get("type") != "checkbox" or "checked" in attrs
        if (
            attrs.get("name")
            and "form" not in attrs
            and ticked
            and _tag == "input"
            and attrs.get("type") != "file"
        ):
            pairs.append((attrs["name"], attrs.get("value") or ""))
    query = QueryDict(mutable=True)
    for name, value in pairs:
        query.appendlist(name, value)
    return query


@pytest.mark.parametrize(
    "field", [f for f in Parrot._meta.fields if f.editable], ids=lambda field: field.name
)
def test_every_field_draws_a_labelled_control_with_ids_of_its_own(field):
    kind = kind_of(field)
    with acting(SYSTEM):
        page = Page(render_input(kind, None, error="Salah", reader=INDONESIAN))
    assert page.controls
    assert not page.open
    assert len(page.ids) == len(set(page.ids))
    for _tag, attrs, inside in page.controls:
        assert inside or attrs.get("id") in page.labels or attrs.get("aria-label"), attrs
    assert f"f-{field.name}-error" in page.ids


@pytest.mark.parametrize(
    "field", [f for f in Parrot._meta.fields if kind_of(f).operators], ids=lambda field: field.name
)
def test_every_operator_of_every_field_draws_what_it_compares_with(field):
    kind = kind_of(field)
    with acting(SYSTEM):
        for operator in operators_of(kind):
            drawn = render_operand(kind, operator.name, [], reader=INDONESIAN)
            page = Page(drawn)
            assert not page.open
            assert bool(page.controls) == (operator.arity != "none")
            assert {attrs["name"] for _tag, attrs, _in in page.controls if attrs.get("name") != "q"} <= {
                "value"
            }
            assert len(page.ids) == len(set(page.ids))


def test_a_value_is_typed_as_it_is_read_again():
    pairs = [
        (bound(TextField()), 'Roti "Enak" <b>'),
        (bound(MoneyField()), Decimal("1250000")),
        (bound(MoneyField()), Decimal("-12.50")),
        (bound(PercentField()), Decimal("12.5")),
        (bound(DateField()), DateField().to_python("2026-11-23")),
        (bound(BooleanField()), True),
        (bound(BooleanField()), False),
        (bound(MultiChoiceField(OPTIONS)), ["a", "b"]),
        (bound(MultiChoiceField(OPTIONS)), None),
        (bound(AddressField()), {"street": "Jl. <A>", "city": "Bogor"}),
    ]
    for kind, value in pairs:
        data = sent(render_control(kind, value, reader=INDONESIAN))
        assert kind.parse(kind.given(data), INDONESIAN) == value, kind


@pytest.mark.parametrize(
    ("field", "raw"),
    [(TextField(), "x" * 300), (MoneyField(), "USD 5"), (DateField(), "31/02/2026"), (DateTimeField(), "besok lusa 9"),
     (PercentField(), "120"), (ChoiceField(OPTIONS), "cherry")],
    ids=lambda one: type(one).__name__ if not isinstance(one, str) else one[:12],
)  # fmt: skip
def test_what_was_refused_stays_in_its_input(field, raw):
    drawn = render_input(bound(field), raw, error="Salah", reader=INDONESIAN)
    assert f'value="{raw}"' in drawn
    assert 'aria-invalid="true"' in drawn
    assert "Salah" in drawn


@pytest.mark.parametrize(
    ("raw", "part"),
    [({"postal_code": "123"}, "postal_code"), ({"country": "Narnia", "city": "A"}, "country")],
)
def test_the_wrong_part_of_an_address_is_marked(raw, part):
    drawn = str(render_input(bound(AddressField()), raw, error="Salah", reader=INDONESIAN))
    marked = re.findall(r'<(?:input|select)[^>]*name="value\.(\w+)"[^>]*aria-invalid="true"', drawn)
    assert marked == [part]
    assert "Narnia" in drawn or part == "postal_code"


def test_a_day_the_browser_cannot_pick_is_a_text_input():
    kind = bound(DateField())
    assert 'type="date"' in render_control(kind, None)
    assert 'type="date"' in render_control(kind, "2026-11-23")
    assert 'type="text"' in render_control(kind, "31/02/2026")


def test_an_input_escapes_what_it_holds():
    for field in (TextField("<i>"), ChoiceField(OPTIONS)):
        drawn = render_input(bound(field), '"><script>x</script>', error="<b>")
        assert "<script>" not in drawn
        assert "<b>" not in drawn
        assert "<i>" not in drawn


def test_a_required_choice_with_a_value_offers_no_way_to_empty_it():
    kind = bound(ChoiceField(OPTIONS, required=True))
    assert '<option value="">' in render_control(kind, None)
    assert '<option value="">' not in render_control(kind, "a")
    assert '<option value="">' in render_control(bound(ChoiceField(OPTIONS)), "a")


def test_typed_operands_come_back_into_their_inputs():
    drawn = render_operand(bound(MoneyField()), "between", ["1jt", "2jt"])
    assert 'value="1jt"' in drawn
    assert 'value="2jt"' in drawn
    assert re.search(r'value="b"[^>]*checked', str(render_operand(bound(ChoiceField(OPTIONS)), "in", ["b"])))
    assert "Bogor\nDepok" in render_operand(bound(TextField()), "in", ["Bogor", "Depok"])
    assert 'type="date"' in render_operand(bound(DateTimeField()), "on", ["2026-11-23"])
    assert render_operand(bound(DateField()), "today") == ""
