"""Frames: pieces of a page that differ from record to record in little, drawn once with marks where the difference stands."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from typing import Any

from django.utils import translation
from markupsafe import Markup, escape

from relasi.engine.screens.kept import kept

VALUE, PLACE = secrets.token_hex(16), secrets.token_hex(16)


class Frames:
    """`frames.facts(facts, here)`: what ui.fact gives for each. here: the address of the record."""

    def __init__(self, ui: Any):
        self._ui = ui

    def facts(self, facts: Iterable[Any], here: str) -> Markup:
        language, place = translation.get_language(), str(escape(here))
        return Markup("".join(self._fact(fact, place, language) for fact in facts))

    def _fact(self, fact: Any, place: str, language: str | None) -> str:
        blank = fact.shown is None or fact.shown == ""
        key = "fact", language, fact.name, fact.label, fact.editable, blank
        frame = kept(key, lambda: self._frame(fact, "" if blank else VALUE))
        return frame.replace(PLACE, place).replace(VALUE, str(escape(fact.shown)))

    def _frame(self, fact: Any, value: str) -> str:
        edit_url = f"{PLACE}field/{fact.name}/?edit=1" if fact.editable else None
        return str(self._ui.fact(fact.label, value, fact.name, edit_url))

    def panel(self, panel: Any) -> Markup:
        """What ui.no_rows gives for a panel in which nothing stands."""
        key = "panel", translation.get_language(), panel.entry.slug, panel.title, bool(panel.new_url)
        frame = kept(
            key, lambda: str(self._ui.no_rows(panel.title, panel.entry.new, panel.new_url and PLACE))
        )
        return Markup(frame.replace(PLACE, str(escape(panel.new_url or ""))))
