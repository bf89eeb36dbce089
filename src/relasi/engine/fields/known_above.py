"""Known above: what kinds ask of rooms that stand on this one: the titles of records, and which a person may see."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from django.db import models

Titles = Callable[[type[models.Model], Collection[int]], dict[int, str]]

_titles: Titles | None = None
_sight: Callable[[models.Model], bool] | None = None


def register_titles(function: Titles) -> None:
    """function(model, ids) -> {id: title} of those the acting person may see. For filters and inputs."""
    global _titles
    _titles = function


def register_sight(function: Callable[[models.Model], bool]) -> None:
    """function(record) -> whether the acting person may see it. For what a record that may be seen refers to."""
    global _sight
    _sight = function


def titles_of(model: type[models.Model], ids: Collection[int]) -> dict[int, str]:
    return _titles(model, ids) if _titles and ids else {}


def sees(record: Any) -> bool:
    """Whether the acting person may see the record; of what the rooms above say nothing, there is nothing to hide."""
    return _sight is None or not isinstance(record, models.Model) or _sight(record)
