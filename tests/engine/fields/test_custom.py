"""Values in the JSON of a record are filtered, sorted and summed like those of columns, in SQL as in memory."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.core.exceptions import FieldDoesNotExist
from django.db.models import F, Sum

from relasi.engine.declare.registry import registry
from relasi.engine.fields import (
    BooleanField,
    DateField,
    DateTimeField,
    IntegerField,
    MoneyField,
    MultiChoiceField,
    TextField,
)
from relasi.engine.fields.custom import custom_field, lay_over
from relasi.engine.fields.kind import kind_of
from relasi.engine.fields.reader import current_reader
from relasi.engine.records.write import Draft, write
from tests.make import make

KEYS = [("red", "Red"), ("blue", "Blue")]
VALUES = {
    "x_word": ["Batu", "batik", None],
    "x_count": [9, 10, None],
    "x_fee": [Decimal("12.50"), Decimal("9"), None],
    "x_day": [date(2026, 1, 9), date(2025, 12, 31), None],
    "x_at": [datetime(2026, 1, 9, 3, tzinfo=UTC), datetime(2025, 1, 1, tzinfo=UTC), None],
    "x_sure": [True, False, None],
    "x_many": [["red", "blue"], ["red"], None],
}
ASKED = [
    ("x_word", "is", "BATU"), ("x_word", "is_not", "batu"), ("x_word", "contains", "ti"), ("x_word", "in", ["batik"]),
    ("x_count", "gt", 9), ("x_count", "between", [9, 10]), ("x_count", "is_not", 9),
    ("x_fee", "gte", "10"), ("x_fee", "is", "9.00"), ("x_fee", "empty", None),
    ("x_day", "before", "2026-01-01"), ("x_day", "on", "2026-01-09"), ("x_at", "after", "2025-06-01"),
    ("x_sure", "is", True), ("x_sure", "empty", None),
    ("x_many", "any", ["blue"]), ("x_many", "all", ["red"]), ("x_many", "none", ["blue"]), ("x_many", "empty", None),
]  # fmt: skip


@pytest.fixture
def deals(as_admin):
    module = registry.module("sales.Deal")
    made = [
        custom_field(module.model, "x_word", TextField, "Word"),
        custom_field(module.model, "x_count", IntegerField, "Count"),
        custom_field(module.model, "x_fee", MoneyField, "Fee"),
        custom_field(module.model, "x_day", DateField, "Day"),
        custom_field(module.model, "x_at", DateTimeField, "At"),
        custom_field(module.model, "x_sure", BooleanField, "Sure", default=None),
        custom_field(module.model, "x_many", MultiChoiceField, KEYS, "Many"),
    ]
    lay_over(module.model, made)
    records = [make("sales.Deal") for _deal in range(3)]
    drafts = []
    for place, record in enumerate(records):
        drafts.append(Draft({name: values[place] for name, values in VALUES.items()}, id=record.pk))
    write(module, drafts, parsed=True)
    yield module.model, [record.pk for record in records]
    lay_over(module.model, [])


def test_a_record_answers_with_its_values(deals):
    model, ids = deals
    rows = model._base_manager.in_bulk(ids)
    for name, values in VALUES.items():
        assert [getattr(rows[id], name) for id in ids] == values


@pytest.mark.parametrize(("name", "operator", "operand"), ASKED)
def test_a_condition_means_the_same_in_sql_and_in_memory(deals, name, operator, operand):
    model, ids = deals
    kind, reader = kind_of(model._meta.get_field(name)), current_reader()
    rows = model._base_manager.filter(pk__in=ids)
    found = set(rows.filter(kind.where(name, operator, operand, reader)).values_list("pk", flat=True))
    assert found == {row.pk for row in rows if kind.holds(kind.value_of(row), operator, operand, reader)}
    assert 0 < len(found) < 3


def test_it_sorts_and_sums_by_value_not_by_text(deals):
    model, ids = deals
    rows = model._base_manager.filter(pk__in=ids)
    assert list(rows.order_by(F("x_count").asc(nulls_last=True)).values_list("x_count", flat=True)) == [
        9,
        10,
        None,
    ]
    assert rows.aggregate(total=Sum("x_fee"))["total"] == Decimal("21.50")
    assert set(rows.values_list("x_day", flat=True)) == set(VALUES["x_day"])


def test_the_table_is_what_it_was(deals):
    model, _ids = deals
    assert not VALUES.keys() & {field.name for field in model._meta.concrete_fields}


def test_a_field_taken_away_is_unknown_again(deals):
    model, ids = deals
    lay_over(model, [custom_field(model, "x_word", TextField, "Word")])
    assert model._base_manager.get(pk=ids[0]).x_word == "Batu"
    with pytest.raises(FieldDoesNotExist):
        model._meta.get_field("x_fee")
    assert not hasattr(model._base_manager.get(pk=ids[0]), "x_fee")


def test_it_takes_no_name_that_is_declared(deals):
    model, _ids = deals
    with pytest.raises(ValueError, match="amount"):
        lay_over(model, [custom_field(model, "amount", TextField, "Amount")])
    assert model._meta.get_field("x_word")
