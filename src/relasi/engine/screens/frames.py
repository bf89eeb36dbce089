"""Frames: pieces of a page that differ from record to record in little, drawn once with marks where the difference stands."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Any

from django.utils import translation
from markupsafe import Markup, escape

from relasi.engine.screens.kept import kept


class _Marks(dict[str, str]):
    """The mark of each slot: a text that nothing else on a page holds."""

    def __missing__(self, slot: str) -> str:
        mark = self[slot] = secrets.token_hex(16)
        return mark


MARKS = _Marks()
VALUE, PLACE = MARKS["value"], MARKS["place"]


class Frames:
    """here: the address of the record."""

    def __init__(self, ui: Any):
        self._ui = ui

    def facts(self, owner: str, title: Any, facts: Sequence[Any], here: str) -> Markup:
        """The panel of one section of facts. owner: what tells sections of the same fields apart, such as the module.
        Its words belong to the key: an admin may call a field otherwise at any time."""
        shape = tuple(
            (fact.name, fact.editable, fact.shown is None or fact.shown == "", fact.label) for fact in facts
        )
        key = "facts", translation.get_language(), owner, str(title), shape
        frame = kept(key, lambda: str(self._panel(title, facts))).replace(PLACE, str(escape(here)))
        first, *rest = frame.split(VALUE)
        shown = [str(escape(fact.shown)) for fact, (_, _, blank, _) in zip(facts, shape, strict=True)
                 if not blank]  # fmt: skip
        return Markup("".join([first, *(part for pair in zip(shown, rest, strict=True) for part in pair)]))

    def _panel(self, title: Any, facts: Sequence[Any]) -> Markup:
        drawn = Markup("").join(self._fact(fact) for fact in facts)
        return self._ui.panel(title, caller=lambda: self._ui.facts(caller=lambda: drawn))

    def _fact(self, fact: Any) -> Markup:
        edit_url = f"{PLACE}field/{fact.name}/?edit=1" if fact.editable else None
        blank = fact.shown is None or fact.shown == ""
        return self._ui.fact(fact.label, "" if blank else VALUE, fact.name, edit_url)

    def panel(self, panel: Any) -> Markup:
        """What ui.no_rows gives for a panel in which nothing stands."""
        words = str(panel.title), str(panel.entry.new)
        key = "panel", translation.get_language(), *words, bool(panel.new_url)
        frame = kept(
            key, lambda: str(self._ui.no_rows(panel.title, panel.entry.new, panel.new_url and PLACE))
        )
        return Markup(frame.replace(PLACE, str(escape(panel.new_url or ""))))
