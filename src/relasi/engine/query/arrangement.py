"""Arrangement: how one person has set up their lists: the first view, widths of columns, what is pinned."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import transaction

from relasi.engine.declare.module import Module
from relasi.users.user import User

LEAST_WIDTH, MOST_WIDTH = 48, 960  # CSS pixels
MOST_PINNED = 12


def first_view(user: Any, module: Module) -> str:
    """The key of the view this person has chosen to see first in the module, "" for none."""
    return str(_lists(user).get(module.key, {}).get("view", ""))


def widths(user: Any, module: Module) -> dict[str, int]:
    """Column name -> its width in CSS pixels, of the columns this person has resized."""
    return dict(_lists(user).get(module.key, {}).get("widths", {}))


def pinned(user: Any) -> list[int]:
    """Ids of the saved views in this person's sidebar, in their order."""
    return list(getattr(user, "arrangement", {}).get("pinned", []))


def _lists(user: Any) -> dict[str, Any]:
    return getattr(user, "arrangement", {}).get("lists", {})


def steps_hidden(user: Any) -> bool:
    """Whether this person has put the first steps away from their start page."""
    return bool(getattr(user, "arrangement", {}).get("steps_hidden"))


def hide_steps(user: Any, hidden: bool) -> None:
    _change(user, lambda all: all.update(steps_hidden=hidden))


def set_first_view(user: Any, module: Module, key: str) -> None:
    """key: "" lets the role's view, or else all records, come first again."""
    _change(user, lambda all: _part(all, module).update(view=key))


def set_widths(user: Any, module: Module, chosen: dict[str, int]) -> None:
    """Replaces the widths; an empty mapping gives every column its own again."""
    kept = {name: min(max(width, LEAST_WIDTH), MOST_WIDTH) for name, width in chosen.items()}
    _change(user, lambda all: _part(all, module).update(widths=kept))


def set_pinned(user: Any, view: int, wanted: bool) -> None:
    def turn(all: dict[str, Any]) -> None:
        others = [id for id in all.get("pinned", []) if id != view]
        all["pinned"] = [*others, view][-MOST_PINNED:] if wanted else others

    _change(user, turn)


def _part(all: dict[str, Any], module: Module) -> dict[str, Any]:
    found: dict[str, Any] = all.setdefault("lists", {}).setdefault(module.key, {})
    return found


def _change(user: Any, turn: Callable[[dict[str, Any]], Any]) -> None:
    """Under a lock, so that two open windows do not lose each other's choices. Not history: nobody asks who
    made a column wider."""
    with transaction.atomic():
        row = User.objects.select_for_update().only("arrangement").get(pk=user.pk)
        turn(row.arrangement)
        User.objects.filter(pk=user.pk).update(arrangement=row.arrangement)
    user.arrangement = row.arrangement
