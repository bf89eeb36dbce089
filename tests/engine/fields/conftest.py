"""Kinds bound to fields that belong to no model, and a way to read what a person would."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from relasi.engine.fields.kind import Kind


def bound(field: Any, name: str = "value") -> Kind:
    # Here, because this file is read before the apps are ready when only its folder is tested.
    from relasi.engine.fields.kind import kind_of

    field.set_attributes_from_name(name)
    return kind_of(field)


@pytest.fixture
def kind() -> Callable[..., Any]:
    """`kind(TextField())`: the kind of a field outside any model."""
    return bound
