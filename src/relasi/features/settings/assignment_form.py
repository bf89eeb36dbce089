"""The form of an assignment rule: its values as they stand or were sent, a line for everybody of the group."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from relasi.engine.access.acting import SYSTEM
from relasi.engine.access.directory import directory
from relasi.engine.assigning.choosing import Mode
from relasi.engine.assigning.rule import AssignmentRule, Fallback
from relasi.engine.assigning.simulating import next_ones
from relasi.engine.declare.module import Module
from relasi.engine.fields.address import AddressField
from relasi.engine.fields.choice import ChoiceField, MultiChoiceField
from relasi.engine.fields.kind import Invalid, kind_of
from relasi.engine.fields.reader import current_reader
from relasi.engine.fields.text import TextField
from relasi.engine.query.condition import read
from relasi.engine.query.saved_view import built_in_views, views_for
from relasi.engine.records.refusal import Refusal, Refused
from relasi.engine.screens.asking import user_of

KEEP = "keep"
SIMPLE = ("name", "mode", "by_field", "fallback")

MODE_HINTS: dict[str, Any] = {
    Mode.ROUND_ROBIN: gettext_lazy("One after the other, in the order below."),
    Mode.LEAST_LOADED: gettext_lazy("Whoever has the fewest open records; of equals whoever waits longest."),
    Mode.WEIGHTED: gettext_lazy("In turn, but who has weight 2 gets twice as many."),
    Mode.SKILL: gettext_lazy("Only who has every skill the record asks for; of those the least loaded."),
    Mode.TERRITORY: gettext_lazy("Only whose places the record lies in; of those the least loaded."),
}


class RuleForm:
    """refused: what came back, if anything. wrong: numbers that cannot be read."""

    def __init__(self, request: HttpRequest, rule: AssignmentRule | None, module: Module, group: int):
        self.request, self.rule, self.module, self.group = request, rule, module, group
        self.refused: Refused | None = None
        self.posted = request.POST if request.method == "POST" else None
        self.wrong: list[Refusal] = []
        self._rows = self._posted_rows() if self.posted is not None else None

    @property
    def errors(self) -> dict[str, str]:
        return self.refused.by_field() if self.refused else {}

    @property
    def group_name(self) -> str:
        return directory().name_of("group", self.group)

    def value(self, name: str) -> Any:
        if self.posted is not None:
            return self.posted.get(name, "")
        if self.rule is not None:
            return getattr(self.rule, name) or ""
        return {"mode": Mode.ROUND_ROBIN.value, "fallback": Fallback.GROUP.value}.get(name, "")

    def flag(self, name: str) -> bool:
        if self.posted is not None:
            return name in self.posted
        return bool(getattr(self.rule, name)) if self.rule is not None else name == "active"

    @property
    def modes(self) -> list[tuple[str, str, str]]:
        return [(one.value, str(one.label), str(MODE_HINTS[one])) for one in Mode]

    @property
    def fallbacks(self) -> list[tuple[str, str]]:
        return [(one.value, str(one.label)) for one in Fallback]

    @property
    def paths(self) -> list[tuple[str, str]]:
        """What a skill or a place can be read from: texts, choices, and parts of addresses."""
        found = []
        for name, one in self.module.fields.items():
            if isinstance(one, AddressField):
                label = kind_of(one).label
                found += [
                    (f"{name}.{key}", f"{label} › {part.label}") for key, part in kind_of(one).parts().items()
                ]
            elif isinstance(one, ChoiceField | MultiChoiceField | TextField) and one.editable:
                found.append((name, str(kind_of(one).label)))
        return found

    # Conditions: the filter of a list view, as it is when the rule is saved.
    def conditions(self, name: str) -> list[tuple[str, str]]:
        first = _("All records") if name == "condition" else _("What is not closed")
        found = [("", first), *((key, str(label)) for key, label, _tree in self._views)]
        stored = getattr(self.rule, name) if self.rule is not None else None
        return [(KEEP, self._in_words(stored)), *found] if stored else found

    def condition(self, name: str) -> str:
        if self.posted is not None:
            return self.posted.get(name, "")
        return KEEP if self.rule is not None and getattr(self.rule, name) else ""

    @property
    def _views(self) -> list[tuple[str, Any, Any]]:
        found = [*built_in_views(self.module), *views_for(user_of(self.request), self.module)]
        return [(one.key, one.name, one.condition) for one in found if one.condition]

    def _in_words(self, tree: Any) -> str:
        try:
            return read(tree, self.module, SYSTEM).text(current_reader())
        except Invalid as wrong:
            return str(wrong.message)

    # Members: everybody of the group, those who take part first and in order.
    @property
    def rows(self) -> list[dict[str, Any]]:
        stored = self._rows if self._rows is not None else (self.rule.members if self.rule else [])
        chosen = [{**row, "takes_part": row.get("takes_part", True)} for row in stored]
        known = {row["user"] for row in chosen}
        people = directory().people
        of_group = directory().group_people.get(self.group, set())
        rest = sorted(of_group - known, key=lambda id: people[id].name.casefold())
        everybody = [
            *chosen,
            *({"user": id, "takes_part": self.rule is None and self.posted is None} for id in rest),
        ]
        return [
            {
                **row,
                "name": people[row["user"]].name if row["user"] in people else "–",
                "left": row["user"] not in of_group,
                "skill_text": row.get("skill_text", ", ".join(row.get("skills") or [])),
            }
            for row in everybody
        ]

    def _posted_rows(self) -> list[dict[str, Any]]:
        post: Any = self.posted
        keys = [
            key
            for key in dict.fromkeys(post.getlist("item"))
            if key.isascii() and key.isdigit() and len(key) < 19
        ]
        for word, step in (("up", -1), ("down", 1)):
            if post.get(word) in keys:
                at = keys.index(post[word])
                keys.insert(min(max(at + step, 0), len(keys)), keys.pop(at))
        taking_part = set(post.getlist("member"))
        return [self._row(int(key), key in taking_part) for key in keys]

    def _row(self, user: int, takes_part: bool) -> dict[str, Any]:
        post: Any = self.posted
        text = post.get(f"skills-{user}", "")
        return {
            "user": user,
            "takes_part": takes_part,
            "weight": self._number(f"weight-{user}", 1),
            "max_open": self._number(f"max-{user}", None),
            "skills": [word.strip() for word in re.split(r"[,;\n]", text) if word.strip()],
            "skill_text": text,
            "away": f"away-{user}" in post,
            "away_until": self._day(f"until-{user}"),
            "start": post.get(f"start-{user}", "").strip(),
            "end": post.get(f"end-{user}", "").strip(),
        }

    def _number(self, name: str, without: Any) -> Any:
        text = self.posted.get(name, "").strip() if self.posted is not None else ""
        if not text:
            return without
        if text.isascii() and text.isdigit() and len(text) < 8:
            return int(text)
        self.wrong.append(
            Refusal("members", "INVALID_VALUE", _("“%(text)s” is not a whole number.") % {"text": text[:30]})
        )
        return text

    def _day(self, name: str) -> str | None:
        """From a control for days, which sends 2026-12-31."""
        text = self.posted.get(name, "").strip() if self.posted is not None else ""
        try:
            return date.fromisoformat(text).isoformat() if text else None
        except ValueError:
            return text

    def given(self) -> dict[str, Any]:
        """Raw values for the write door."""
        post: Any = self.posted
        stored = ("user", "weight", "max_open", "skills", "away", "away_until", "start", "end")
        values: dict[str, Any] = {name: post.get(name, "") for name in SIMPLE}
        values |= {"module": self.module.key, "group": self.group}
        values |= {"respect_hours": "respect_hours" in post, "active": "active" in post}
        values["members"] = [
            {name: row[name] for name in stored} for row in self._rows or () if row["takes_part"]
        ]
        views = {key: tree for key, _label, tree in self._views}
        for name in ("condition", "open_condition"):
            if post.get(name) != KEEP or self.rule is None:
                values[name] = views.get(post.get(name, ""), {})
        return values

    def next_ones(self) -> list[str]:
        """Names of those who would get the next ten records."""
        if self.rule is None:
            return []
        try:
            found = next_ones(self.rule)
        except Invalid:
            return []
        return [directory().name_of("user", id) if id is not None else "–" for id in found]
