"""Samples: every kind in every face, for the style guide."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from django.apps import apps
from django.db import models
from django.utils.translation import gettext_lazy as _
from markupsafe import Markup

from relasi.engine.fields.address import AddressField
from relasi.engine.fields.auto_number import NumberField
from relasi.engine.fields.boolean import BooleanField
from relasi.engine.fields.choice import ChoiceField, Choices, MultiChoiceField
from relasi.engine.fields.dates import DateField, DateTimeField
from relasi.engine.fields.email import EmailField
from relasi.engine.fields.image import ImageField
from relasi.engine.fields.inputs import render_input, template_macro
from relasi.engine.fields.kind import Invalid, Kind, kind_of
from relasi.engine.fields.money import CurrencyField, MoneyField
from relasi.engine.fields.numbers import DecimalField, IntegerField, PercentField
from relasi.engine.fields.operators import Operator, operators_of
from relasi.engine.fields.owner import OwnerField, OwnerKind
from relasi.engine.fields.phone import PhoneField
from relasi.engine.fields.reader import Reader
from relasi.engine.fields.reference import (
    ReferenceField,
    ReferenceKind,
    ReferencesField,
    ReferencesKind,
)
from relasi.engine.fields.rich_text import RichTextField
from relasi.engine.fields.text import LongTextField, TextField
from relasi.engine.fields.url import UrlField


@dataclass(frozen=True)
class Sample:
    """name: of the kind. cells: of a value, another and none. fact: on the record page. refused: the input after
    a mistake. operators: in their order.
    """

    name: str
    label: str
    cells: list[Markup]
    fact: Markup
    input: Markup
    refused: Markup
    operators: list[Operator]


class _Step(Choices):
    NEW = "new", _("New"), "biru"
    OFFER = "offer", _("Offer sent"), "kuning"
    WON = "won", _("Won"), "hijau"
    LOST = "lost", _("Lost"), "merah"


class _Topic(Choices):
    PRICE = "price", _("Price")
    STOCK = "stock", _("Stock")
    DELIVERY = "delivery", _("Delivery")


_ADDRESS = {
    "street": "Jl. Melati No. 5", "rt_rw": "001/002", "kelurahan": "Gambir", "kecamatan": "Gambir",
    "city": "Jakarta Pusat", "province": "DKI Jakarta", "postal_code": "10110",
}  # fmt: skip


def _fields() -> Iterator[tuple[models.Field, list[Any], Any]]:
    """A field, two values it may hold, and something short it refuses, if there is any."""
    yield TextField(_("Text"), required=True), ["PT Samudra Pangan", "Café & Roti <Ñusantara>"], "x" * 300
    yield (
        LongTextField(_("Long text"), help_text=_("Lines are kept.")),
        ["Baris satu\nBaris dua", "…"],
        None,
    )
    yield (
        RichTextField(_("Rich text")),
        ["<p>Halo <b>Ibu Ratna</b></p>", "<ul><li>1</li><li>2</li></ul>"],
        None,
    )
    yield ChoiceField(_Step, _("Choice"), required=True), ["offer", "won"], "pending"
    yield MultiChoiceField(_Topic, _("Several choices")), [["price", "stock"], ["delivery"]], ["color"]
    yield IntegerField(_("Whole number"), min=0), [1250, 0], "1,5"
    yield DecimalField(_("Decimal")), [Decimal("12.5"), Decimal("-3.125")], "12,3456"
    yield PercentField(_("Percentage"), bar=True), [Decimal(75), Decimal("12.5")], "120"
    yield MoneyField(_("Money")), [Decimal(3_240_500_000), Decimal(-57_701_000)], "USD 5"
    yield CurrencyField(_("Currency")), ["IDR", "SGD"], "XXX"
    yield DateField(_("Date")), [date(2026, 11, 28), date(1945, 8, 17)], "31/02/2026"
    yield (
        DateTimeField(_("Date and time")),
        [datetime(2026, 11, 23, 7, 30, tzinfo=UTC)] * 2,
        "28/11/2026 25.00",
    )
    yield BooleanField(_("Yes or no")), [True, False], "?"
    yield BooleanField(_("Yes, no or unanswered"), default=None), [True, False], "?"
    yield EmailField(_("Email")), ["ratna.k@samudrapangan.id", "info@relasi.example"], "ratna@"
    yield PhoneField(_("Phone")), ["+6281234567810", "+622150812345"], "0812"
    yield UrlField(_("Web address")), ["https://www.samudrapangan.id", "http://example.com/a"], "javascript:1"
    yield AddressField(_("Address")), [_ADDRESS, {"city": "Bandung", "country": "ID"}], {"postal_code": "123"}
    yield ImageField(_("Picture")), [None, None], "tidak-ada.svg"


def _bound(field: models.Field, place: int) -> Kind:
    field.set_attributes_from_name(f"sample_{place}")
    return kind_of(field)


def _sample(kind: Kind, values: list[Any], wrong: Any, record: Any, reader: Reader) -> Sample:
    error = ""
    try:
        kind.parse(wrong, reader)
    except Invalid as refusal:
        error = str(refusal.message)
    refused = (
        render_input(kind, wrong, id=f"refused-{kind.key}", error=error, reader=reader)
        if error
        else Markup("")
    )
    cells = [kind.cell(value, record, reader) for value in (*values, None)]
    fact, asked = kind.fact(values[0], record, reader), render_input(kind, values[0], reader=reader)
    return Sample(kind.name, str(kind.label), cells, fact, asked, refused, operators_of(kind))


def field_samples(reader: Reader) -> list[Sample]:
    """Every kind a module may declare, in the reader's way of writing."""
    found = []
    for place, (field, values, wrong) in enumerate(_fields()):
        found.append(_sample(_bound(field, place), values, wrong, None, reader))
    return [*found, *_linked_samples(reader, len(found))]


class _Named(SimpleNamespace):
    """Stands in for a record another one refers to."""

    def __str__(self) -> str:
        return str(self.title)


_PEOPLE = {1: "Ayu Lestari", 2: "Bagus Pratama"}


class _SampleReference(ReferenceKind):
    """Knows two people without asking the database."""

    def show(self, value: Any, reader: Reader | None = None) -> str:
        return _PEOPLE.get(value, str(value))


class _SampleOwner(_SampleReference, OwnerKind):
    pass


class _SampleReferences(ReferencesKind):
    def chosen(self, value: Any, record: Any = None) -> list[tuple[Any, str]]:
        return [(id, _PEOPLE[id]) for id in value or () if id in _PEOPLE]


def _linked_samples(reader: Reader, place: int) -> list[Sample]:
    """The kinds whose look comes from another record."""
    owner = OwnerField(_("Owner"), to=apps.get_model("access.Owner"))
    user = ReferenceField(apps.get_model("users.User"), verbose_name=_("Reference"))
    several = ReferencesField("users.User", _("Several references"))
    for step, field in enumerate((owner, user, several)):
        field.set_attributes_from_name(f"sample_{place + step}")
    found = []
    for kind in (_SampleOwner(owner), _SampleReference(user)):
        record = SimpleNamespace(**{kind.key: _Named(pk=1, title=_PEOPLE[1]), kind.column: 1})
        found.append(_sample(kind, [1, 1], "", record, reader))
    found.append(_sample(_SampleReferences(several), [[1], [1, 2]], "Ayu", None, reader))
    return [*found, _cells_only(_bound(NumberField(_("Number")), place + 3), reader)]


def _cells_only(kind: Kind, reader: Reader) -> Sample:
    cells = [kind.cell(value, None, reader) for value in ("CON-00017", "INV-2026-00003", None)]
    fact, none = kind.fact("CON-00017", None, reader), Markup("")
    return Sample(kind.name, str(kind.label), cells, fact, none, none, operators_of(kind))


def draw_samples(reader: Reader) -> Markup:
    """The section of the style guide."""
    return template_macro("_samples", "section")(field_samples(reader))
