"""Assignment rule: to which member of a group the records go that the group receives."""

from __future__ import annotations

from datetime import date, time
from typing import Any

from django.db import models
from django.db.models.functions import MD5, Cast
from django.utils.translation import gettext_lazy as _

from relasi.engine.access.acting import SYSTEM
from relasi.engine.access.directory import directory
from relasi.engine.access.triggers import access_triggers
from relasi.engine.assigning.choosing import BY_VALUE, Member, Mode
from relasi.engine.customize.module_choice import ModuleField
from relasi.engine.declare.module import Declaration
from relasi.engine.declare.registry import registry
from relasi.engine.declare.tracked import Tracked
from relasi.engine.declare.words import Section
from relasi.engine.fields.boolean import BooleanField
from relasi.engine.fields.choice import ChoiceField, Choices
from relasi.engine.fields.json import HiddenField
from relasi.engine.fields.kind import Invalid
from relasi.engine.fields.numbers import IntegerField
from relasi.engine.fields.reference import ReferenceField
from relasi.engine.fields.text import TextField
from relasi.engine.query.condition import Group, read
from relasi.engine.query.path import Path, resolve
from relasi.engine.records.refusal import Refusal

MOST_MEMBERS, MOST_SKILLS, MOST_WEIGHT = 200, 50, 100


class Fallback(Choices):
    GROUP = "group", _("It stays with the group")
    MANAGER = "manager", _("The manager of the group gets it")
    NEXT = "next", _("The next rule decides")


class AssignmentRule(Tracked):
    """members: rows of choosing.Member, in order. condition: which records; open_condition: which of a member's records
    count as open; both trees of engine.query.condition, empty for all, and for those that are not closed. by_field: the
    path of the value that says which skills a record asks for, or where it is."""

    name = TextField(_("Name"), max_length=100, required=True)
    module = ModuleField(_("Module"), required=True)
    group = ReferenceField(
        "access.Group", models.PROTECT, verbose_name=_("Group"), related_name="+", required=True
    )
    mode = ChoiceField(Mode, _("How"), default=Mode.ROUND_ROBIN, required=True)
    by_field = TextField(_("Skill or place from"), max_length=100)
    members = HiddenField(_("Members"), default=list, editable=True, null=False)
    respect_hours = BooleanField(_("Only in working hours"), default=False)
    condition = HiddenField(_("Condition"), default=dict, editable=True, null=False)
    open_condition = HiddenField(_("What counts as open"), default=dict, editable=True, null=False)
    fallback = ChoiceField(Fallback, _("When nobody can take it"), default=Fallback.GROUP, required=True)
    position = IntegerField(_("Order"), min=0, default=0, grouped=False)
    active = BooleanField(_("Active"), default=True)

    violations = {
        "assignment_rule_once": (
            "group", "NOT_UNIQUE", _("There is an active rule for these records of this group already."),
        )
    }  # fmt: skip

    class Meta(Tracked.Meta):
        verbose_name = _("assignment rule")
        verbose_name_plural = _("assignment rules")
        triggers = access_triggers()
        constraints = [
            models.UniqueConstraint(
                "module", "group", MD5(Cast("condition", models.TextField())), name="assignment_rule_once",
                condition=models.Q(trashed_at=None, active=True),
            )
        ]  # fmt: skip

    class Module(Declaration):
        slug = "assignment-rules"
        area = "settings"
        icon = "split"
        title = "name"
        columns = ["name", "module", "group", "mode", "active"]
        sort = ["position"]
        form = [
            Section(_("Rule"), "name module group mode by_field respect_hours fallback position active"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def home(self) -> Any:
        """None for a module that is gone."""
        return registry.module(self.module) if registry.knows(self.module) else None

    def tree(self) -> Group:
        """Raises Invalid where a field it asks about is gone."""
        return read(self.condition, self.home, SYSTEM)

    def open_tree(self) -> Group | None:
        """None: what the module does not call closed."""
        return read(self.open_condition, self.home, SYSTEM) if self.open_condition else None

    def path(self) -> Path | None:
        return resolve(self.home, self.by_field, SYSTEM) if self.by_field else None

    def taking_part(self) -> list[Member]:
        return [Member.of(row) for row in self.members]

    def before_save(self, change: Any) -> None:
        self.condition, self.open_condition = self.condition or {}, self.open_condition or {}
        self.members = self.members or []
        if self.mode not in BY_VALUE:
            self.by_field = None
        if change.is_new and not self.position:
            rows = AssignmentRule._base_manager.filter(trashed_at=None)
            self.position = (rows.aggregate(last=models.Max("position"))["last"] or 0) + 1

    def clean(self, change: Any = None) -> None:
        if self.home is None or not self.home.is_record or self.home.whole is not None:
            raise Refusal("module", "INVALID_VALUE", _("Choose a module whose records have an owner."))
        for name in ("condition", "open_condition"):
            self._check_condition(name)
        self._check_value()
        known: set[Any] = (
            {row.get("user") for row in _rows(change.old("members"))} if change is not None else set()
        )
        check_members(self.members, known | directory().group_people.get(self.group_id, set()))

    def _check_condition(self, name: str) -> None:
        try:
            leaves = list(read(getattr(self, name), self.home, SYSTEM).leaves())
        except Invalid as wrong:
            raise Refusal(name, wrong.code, wrong.message)
        if any(one.path.beside or one.path.text == "viewed_at" for one in leaves):
            message = _("A rule can only ask about fields of the record and of what it refers to.")
            raise Refusal(name, "INVALID_VALUE", message)

    def _check_value(self) -> None:
        if self.mode not in BY_VALUE:
            return
        if not self.by_field:
            raise Refusal(
                "by_field",
                "REQUIRED",
                _("Choose the field that says which skill or place a record asks for."),
            )
        try:
            path = resolve(self.home, self.by_field, SYSTEM)
        except Invalid as wrong:
            raise Refusal("by_field", wrong.code, wrong.message)
        if path.beside or path.computed:
            raise Refusal("by_field", "INVALID_VALUE", _("Choose a field of the record."))


def _rows(value: Any) -> list[dict[str, Any]]:
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


def check_members(members: Any, people: set[int]) -> None:
    """people: ids of users who may be members. Raises Refusal."""
    rows = _rows(members)
    if not isinstance(members, list) or len(rows) != len(members) or len(rows) > MOST_MEMBERS:
        raise Refusal("members", "INVALID_VALUE", _("These members cannot be read."))
    if not rows:
        raise Refusal("members", "REQUIRED", _("A rule needs at least one member of the group."))
    if len({row.get("user") for row in rows}) < len(rows):
        raise Refusal("members", "NOT_UNIQUE", _("Somebody stands twice among the members."))
    for row in rows:
        if row.get("user") not in people:
            raise Refusal("members", "BAD_REFERENCE", _("Only people of the group can take part."))
        _check_member(row)


def _check_member(row: dict[str, Any]) -> None:
    weight, most = row.get("weight", 1), row.get("max_open")
    if not _is_number(weight, 1, MOST_WEIGHT):
        message = _("A weight is a whole number from 1 to %(most)s.") % {"most": MOST_WEIGHT}
        raise Refusal("members", "OUT_OF_RANGE", message)
    if most is not None and not _is_number(most, 1, 1_000_000):
        raise Refusal(
            "members", "OUT_OF_RANGE", _("The most somebody may have open is a whole number from 1.")
        )
    skills = row.get("skills", [])
    if not isinstance(skills, list) or len(skills) > MOST_SKILLS or not all(
        isinstance(word, str) and 0 < len(word) <= 100 for word in skills
    ):  # fmt: skip
        raise Refusal("members", "INVALID_VALUE", _("These skills cannot be read."))
    hours = [row.get("start") or "", row.get("end") or ""]
    if any(hours) and not all(_reads(time.fromisoformat, one) for one in hours):
        raise Refusal(
            "members",
            "INVALID_VALUE",
            _("Hours of one's own have a beginning and an end, such as 08:00 and 17:00."),
        )
    if row.get("away_until") and not _reads(date.fromisoformat, row["away_until"]):
        raise Refusal("members", "INVALID_VALUE", _("The last day of a leave is a day."))


def _is_number(value: Any, least: int, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most


def _reads(read_: Any, text: Any) -> bool:
    try:
        read_(text)
    except (TypeError, ValueError):
        return False
    return True
