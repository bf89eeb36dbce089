"""Telling: what a notification says to its receiver, in their language, with the rights they have at this moment."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from markupsafe import Markup, escape

from relasi.engine.access.door import may
from relasi.engine.activity.hanging import records_open_to
from relasi.engine.activity.notification import Notification, NotificationKind, kind_called
from relasi.engine.declare.registry import registry
from relasi.engine.records.history import Entry, net_changes

PREVIEW = 200  # characters of a comment


@dataclass
class Told:
    """One notification in words. headline: markup, who did what, without the record's name. changes: what became of it.

    record: (title, number) or None. url: where a press leads.
    """

    notification: Notification
    kind: NotificationKind
    headline: Markup
    url: str
    record: str = ""
    text: str = ""
    entry: Entry | None = None
    more: list[Any] = field(default_factory=list)

    @property
    def plain(self) -> str:
        """The headline as text, with the name of the record."""
        said = self.headline.striptags()
        return f"{said}: {self.record}" if self.record else said


Teller = Callable[[Notification, Any], tuple[Any, str] | None]
_tellers: dict[str, Teller] = {}


def tells(*kinds: str) -> Callable[[Teller], Teller]:
    """Decorator: the function gives (headline, url) of a notification of these kinds; None when it must not be told.

    It is asked with the receiver; for a kind about a record, only once the record is known to be seen.
    """

    def register(function: Teller) -> Teller:
        _tellers.update(dict.fromkeys(kinds, function))
        return function

    return register


def told(notifications: Iterable[Notification], user: Any) -> list[Told]:
    """In the order given, without those that say nothing to this person any more. A fixed number of queries."""
    rows = [row for row in notifications if row.record is None or _module(row) is not None]
    seen = records_seen(user, {row.record_id for row in rows if row.record_id})
    rows = [row for row in rows if row.record_id is None or row.record_id in seen]
    changed = _changes(rows, user)
    found = []
    for row in rows:
        entry = changed.get(row.pk)
        if row.kind == "changed" and entry is None:
            continue
        if row.comment_id and row.comment is not None and row.comment.trashed_at:
            continue
        said = _tellers[row.kind](row, user)
        if said is not None:
            title = row.record.title if row.record else ""
            text = _preview(row.comment) if row.comment_id else ""
            found.append(Told(row, kind_called(row.kind), Markup(said[0]), said[1], title, text, entry))
    return found


def records_seen(user: Any, ids: set[int]) -> set[int]:
    """Those of the records, in the bin or not, that the person may see."""
    from relasi.engine.activity.hanging import seen_q
    from relasi.engine.records.record import RecordIndex

    return (
        set(RecordIndex.objects.filter(seen_q(user), pk__in=ids).values_list("pk", flat=True))
        if ids
        else set()
    )


def _module(row: Notification) -> Any:
    key = row.record.module if row.record is not None else ""
    return registry.module(key) if registry.knows(key) else None


def _changes(rows: list[Notification], user: Any) -> dict[int, Entry]:
    """Notification -> the net change it sums up. Rows of one record are read in one round, then told apart."""
    found: dict[int, Entry] = {}
    waiting = [row for row in rows if row.kind == "changed"]
    while waiting:
        # One row of each record at a time; a record rarely has a second one.
        round_: list[Notification] = []
        later: list[Notification] = []
        taken = set()
        for row in waiting:
            (later if row.record_id in taken else round_).append(row)
            taken.add(row.record_id)
        wanted: dict[Any, Any] = {row.record_id: (_module(row), row.change_sets) for row in round_}
        entries = net_changes(user, wanted)
        found |= {row.pk: entries[row.record_id] for row in round_ if row.record_id in entries}
        waiting = later
    return found


def _preview(comment: Any) -> str:
    text = " ".join(comment.text.split())
    return text if len(text) <= PREVIEW else f"{text[: PREVIEW - 1]}…"


def actor_of(row: Notification) -> Markup:
    name = row.actor.full_name if row.actor else "Relasi"
    return Markup("<b>{}</b>").format(name)


def _said(sentence: str, **values: Any) -> Markup:
    return escape(sentence) % values


def _page(row: Notification) -> str:
    anchor = f"#comment-{row.comment_id}" if row.comment_id else ""
    return f"/r/{row.record_id}/{anchor}"


@tells("mention")
def _mention(row: Notification, user: Any) -> tuple[Markup, str]:
    return _said(_("%(who)s mentioned you"), who=actor_of(row)), _page(row)


@tells("reply")
def _reply(row: Notification, user: Any) -> tuple[Markup, str]:
    return _said(_("%(who)s answered your comment"), who=actor_of(row)), _page(row)


@tells("comment")
def _comment(row: Notification, user: Any) -> tuple[Markup, str]:
    if row.count > 1:
        sentence = ngettext("%(n)s new comment", "%(n)s new comments", row.count)
        return _said(sentence, n=row.count), _page(row)
    return _said(_("%(who)s commented"), who=actor_of(row)), _page(row)


@tells("changed")
def _changed(row: Notification, user: Any) -> tuple[Markup, str]:
    if row.count > 1:
        return _said(ngettext("%(n)s change", "%(n)s changes", row.count), n=row.count), _page(row)
    return _said(_("%(who)s changed this"), who=actor_of(row)), _page(row)


@tells("assigned")
def _assigned(row: Notification, user: Any) -> tuple[Markup, str] | None:
    if row.record_id:
        return _said(_("%(who)s made you the owner"), who=actor_of(row)), _page(row)
    module = registry.module(row.facts["module"]) if registry.knows(row.facts.get("module", "")) else None
    if module is None or not may(user, "view", module):
        return None
    words = {"who": actor_of(row), "n": row.count, "plural": str(module.plural).lower()}
    return _said(_("%(who)s made you the owner of %(n)s %(plural)s"), **words), f"/{module.slug}/?view=mine"


@tells("public")
def _public(row: Notification, user: Any) -> tuple[Markup, str]:
    words = {
        "opened": _("A customer opened this"),
        "accepted": _("%(who)s accepted this"),
        "declined": _("%(who)s declined this"),
        "asked": _("%(who)s has a question about this"),
    }
    sentence = words[row.facts["what"]]
    return _said(sentence, who=Markup("<b>{}</b>").format(row.facts.get("name", ""))), _page(row)


@tells("many")
def _many(row: Notification, user: Any) -> tuple[Markup, str] | None:
    seen = records_open_to(user, row.facts.get("records", ()))
    if not seen:
        return None
    sentence = ngettext(
        "%(who)s changed %(n)s record you follow", "%(who)s changed %(n)s records you follow", len(seen)
    )
    return _said(sentence, who=actor_of(row), n=len(seen)), f"/inbox/{row.pk}/"


@tells("import")
def _import(row: Notification, user: Any) -> tuple[Markup, str]:
    return _said(
        _("The import of %(name)s has ended"), name=row.facts.get("name", "")
    ), f"/import/{row.facts['job']}/"


@tells("bulk")
def _bulk(row: Notification, user: Any) -> tuple[Markup, str]:
    sentence = ngettext(
        "Your work on %(n)s record has ended", "Your work on %(n)s records has ended", row.facts["count"]
    )
    return _said(sentence, n=row.facts["count"]), f"/bulk/{row.facts['job']}/"


@tells("view")
def _view(row: Notification, user: Any) -> tuple[Markup, str] | None:
    from relasi.engine.query.saved_view import SavedView, may_use

    view = SavedView._base_manager.filter(pk=row.facts.get("view"), trashed_at=None).first()
    if view is None or not registry.knows(view.module) or not may_use(user, view):
        return None
    words = {"who": actor_of(row), "name": view.name}
    url = view.address(f"/{registry.module(view.module).slug}/")
    return _said(_("%(who)s wants to show the list view “%(name)s” to everybody"), **words), url
