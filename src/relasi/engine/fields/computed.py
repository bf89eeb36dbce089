"""Computed values shown like fields: read-only, each in the look of a kind."""

from __future__ import annotations

from typing import Any

from relasi.engine.declare.computed import Computed
from relasi.engine.fields.boolean import BooleanKind
from relasi.engine.fields.choice import ChoiceKind, options_from
from relasi.engine.fields.dates import DateKind
from relasi.engine.fields.kind import Kind, kind_named
from relasi.engine.fields.numbers import NumberKind


class ComputedValue:
    """What a kind asks of its field, answered for a computed value."""

    editable = unique = primary_key = secret = False
    blank = null = True
    places: int | None = None

    def __init__(self, computed: Computed):
        self.name = self.attname = computed.name
        self.verbose_name = computed.label
        self.help_text = ""
        self.aliases: tuple[str, ...] = ()
        # Amounts worked out from a record are in its currency, unless they say otherwise.
        self.currency_field = "" if getattr(computed, "of_company", False) else "currency"
        self.decimal_places = 2
        self.max_digits = 20
        self.options = options_from(computed.choices)


class ComputedKind(Kind):
    """Mixin. Lists sort and filter it through its SQL expression, where it has one of the same value."""

    computed: Computed

    @property
    def editable(self) -> bool:
        return False

    def value_of(self, record: Any) -> Any:
        return self.computed.function(record)

    def order(self, path: str) -> Any:
        return self.computed.sorts_by


# Kinds whose SQL expression has the very value the function gives; a text may sort by something else.
FILTERED = (NumberKind, DateKind, ChoiceKind, BooleanKind)


def kind_for_computed(computed: Computed) -> Kind:
    """The kind of a computed value. Raises LookupError when it names no kind."""
    found = computed.__dict__.get("_relasi_kind")
    if found is None:
        base = kind_named(computed.kind)
        bound = type(f"Computed{base.__name__}", (ComputedKind, base), {})
        found = computed._relasi_kind = bound(ComputedValue(computed))  # type: ignore[attr-defined]
        # On the kind itself, not its class, where a computed value would answer instead of being there.
        found.computed = computed
        found.foot = ""
        found.sortable = computed.sorts_by is not None
        if not found.sortable or not issubclass(base, FILTERED):
            found.operators = ()
    return found
