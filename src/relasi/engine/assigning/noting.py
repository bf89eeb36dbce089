"""Noting: the log of what was given to whom and why, who is told when nobody could take it, and what a timeline says."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from markupsafe import Markup

from relasi.engine.access.acting import SYSTEM, current_acting
from relasi.engine.access.directory import directory
from relasi.engine.activity.news import tell
from relasi.engine.activity.notification import Notification, NotificationKind, register_kind
from relasi.engine.activity.telling import tells
from relasi.engine.activity.timeline import Moment, Place
from relasi.engine.assigning.able import REASONS
from relasi.engine.assigning.deciding import Decision
from relasi.engine.assigning.held import were_any
from relasi.engine.assigning.note import AssignmentNote, Result
from relasi.engine.assigning.rule import AssignmentRule

UNASSIGNED = register_kind(
    NotificationKind("unassigned", gettext_lazy("Nobody of a group could take a record"), "split", "now")
)


def keep_notes(decided: list[tuple[int, Decision]]) -> None:
    """decided: (id of the record, what was decided). Whoever leads the group is told of what nobody could take."""
    stretch = current_acting()
    by = None if stretch.user is SYSTEM else stretch.user.id
    AssignmentNote.objects.bulk_create(
        AssignmentNote(
            rule=decision.rule, record_id=record, user_id=_person(decision.owner), by_id=by,
            result=decision.result, candidates=decision.candidates, change_set=stretch.change_set,
        )
        for record, decision in decided
    )  # fmt: skip
    left = [(record, decision.rule) for record, decision in decided if decision.result == Result.NOBODY]
    for record, rule in left[:1] if len(left) > 20 else left:
        if rule is not None:
            tell(UNASSIGNED, leading(rule), record=record)


def _person(owner: int | None) -> int | None:
    return owner if owner in directory().people else None


def leading(rule: AssignmentRule) -> list[int]:
    """The manager of the group, or else the admins."""
    found = directory()
    group = found.groups.get(rule.group_id)
    if group is not None and group.manager_id and found.people[group.manager_id].is_active:
        return [group.manager_id]
    return [one.id for one in found.people.values() if one.is_admin and one.is_active]


@tells("unassigned")
def _told(row: Notification, user: Any) -> tuple[Markup, str]:
    return Markup(_("Nobody of the group could take this record")), f"/r/{row.record_id}/"


def moments(record: Any, user: Any, place: Place | None, most: int) -> list[Moment]:
    """Of a record's timeline: by which rule it went to whom, and why not to others."""
    if not were_any():
        return []
    rows = AssignmentNote.objects.filter(record=record.pk)
    if place is not None:
        rows = rows.filter(at__lte=place[0]).exclude(at=place[0], pk__gte=place[1])
    found = list(rows.select_related("rule", "user", "by").order_by("-at", "-pk")[:most])
    return [Moment("assigned", (n.at, n.pk), Told(n), "timeline/assigned.html", quiet=True) for n in found]


class Told:
    """A note in words: `headline` and `passed`, (name, reason) of those who were passed over."""

    def __init__(self, note: AssignmentNote):
        self.note, self.at = note, note.at

    @property
    def headline(self) -> str:
        note = self.note
        names = {
            "name": note.user.full_name if note.user else "–",
            "rule": note.rule.name if note.rule else "–",
        }
        sentences = {
            Result.GIVEN: _("The rule “%(rule)s” gave this to %(name)s"),
            Result.MANUAL: _("Given to %(name)s by hand, so no rule was asked"),
            Result.NOBODY: _("The rule “%(rule)s” found nobody who could take this"),
            Result.MANAGER: _("The rule “%(rule)s” gave this to the manager, %(name)s"),
            Result.CLOSED: _("The rule “%(rule)s” gave this to nobody, because it is closed"),
        }
        return sentences[Result(note.result)] % names

    @property
    def passed(self) -> list[tuple[str, str]]:
        people = directory().people
        return [
            (people[row["user"]].name if row["user"] in people else "–", str(REASONS.get(row["reason"], "")))
            for row in self.note.candidates
            if row["reason"]
        ]
