"""Kinds bound to fields that belong to no model, and a way to read what a person would."""

from collections.abc import Callable
from typing import Any

import pytest

from relasi.engine.fields.kind import Kind, kind_of


def bound(field: Any, name: str = "value") -> Kind:
    field.set_attributes_from_name(name)
    return kind_of(field)


@pytest.fixture
def kind() -> Callable[..., Any]:
    """`kind(TextField())`: the kind of a field outside any model."""
    return bound
