"""Mail: what the inbox holds and is due goes out by mail, each person's in one letter."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import structlog
from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.db.models import F, Q
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from relasi.engine.access.acting import acting
from relasi.engine.access.company import company
from relasi.engine.access.reading import reader_for
from relasi.engine.activity.notification import Notification
from relasi.engine.activity.telling import Told, told
from relasi.engine.fields.reader import reading_as
from relasi.engine.records.again import said_outside
from relasi.users.user import User

TRIES = 3
MOST = 100  # notifications in one letter

log = structlog.get_logger("relasi.mail")


def can_mail() -> bool:
    return bool(settings.EMAIL_HOST and settings.PUBLIC_URL)


def send_due(now: datetime) -> int:
    """Sends what is due. Returns how many letters went out. Without a mail server nothing waits."""
    due = Notification.objects.filter(mail_at__lte=now, mailed_at=None)
    if not can_mail():
        due.update(mailed_at=now)
        return 0
    users = due.order_by().values_list("user_id", flat=True).distinct()
    return sum(_send_to(user, now) for user in list(users))


def _send_to(user: int, now: datetime) -> bool:
    """One letter. Marked as sent in the same transaction; a refusal of the mail server counts as one try."""
    with transaction.atomic():
        rows = Notification.objects.filter(user_id=user, mail_at__lte=now, mailed_at=None)
        rows = rows.select_for_update(skip_locked=True, of=("self",)).select_related(
            "record", "actor", "comment"
        )
        some = list(rows.order_by("-at")[:MOST])
        person = User.objects.filter(pk=user).first()
        if not some or person is None:
            return False
        ids = [row.pk for row in some]
        try:
            with transaction.atomic():
                sent = person.is_active and _write(person, [row for row in some if _wanted(row)])
            Notification.objects.filter(pk__in=ids).update(mailed_at=now)
            return bool(sent)
        except OSError as trouble:
            log.warning("a mail did not go out", user=user, reason=type(trouble).__name__)
            tried = Notification.objects.filter(pk__in=ids)
            tried.update(mail_tries=F("mail_tries") + 1)
            tried.filter(Q(mail_tries__gte=TRIES)).update(mailed_at=now)
            return False


def _wanted(row: Notification) -> bool:
    """What was read in the meantime need not come by mail as well; what only comes by mail does."""
    hidden = row.done_at is not None and row.read_at is None
    return hidden or (row.read_at is None and row.done_at is None)


def _write(person: User, rows: list[Notification]) -> bool:
    reader = reader_for(person)
    with acting(person), translation.override(person.language), reading_as(reader):
        said = told(rows, person)
        if not said:
            return False
        subject = said[0].plain if len(said) == 1 else _subject(len(said))
        said_outside()
        send_mail(" ".join(subject.split())[:200], _letter(person, said), None, [person.email])
    return True


def _subject(count: int) -> str:
    words = {"n": count, "company": company().name}
    return (
        ngettext("%(n)s notification from %(company)s", "%(n)s notifications from %(company)s", count) % words
    )


def _letter(person: User, said: list[Told]) -> str:
    """Grouped by record, in the order in which they happened last."""
    home = settings.PUBLIC_URL.rstrip("/")
    groups: dict[Any, list[Told]] = {}
    for one in said:
        groups.setdefault(one.notification.record_id or f"n{one.notification.pk}", []).append(one)
    parts = [_("Hello %(name)s,") % {"name": person.full_name}]
    for some in groups.values():
        lines = [some[0].record] if some[0].record else []
        for one in some:
            lines.append(f"– {one.headline.striptags()}")
            lines += [f"  {line}" for line in _lines(one)]
        lines.append(home + some[0].url)
        if some[0].notification.record_id and some[0].kind.chosen_by in ("changed", "comment"):
            stop = f"{home}/follow/{some[0].notification.record_id}/stop/"
            lines.append(_("Stop following: %(link)s") % {"link": stop})
        parts.append("\n".join(lines))
    parts.append(_("Choose what you are told: %(link)s") % {"link": f"{home}/preferences/notifications/"})
    return "\n\n".join(parts) + "\n"


def _lines(one: Told) -> list[str]:
    if one.text:
        return [f"“{one.text}”"]
    if one.entry is None:
        return []
    words = {
        "trashed": _("It is in the recycle bin."),
        "restored": _("It is back."),
        "created": _("It is new."),
    }
    if one.entry.what != "changed":
        return [words[one.entry.what]]
    return [
        f"{change.kind.label}: {_side(change, change.before)} → {_side(change, change.after)}"
        for change in one.entry.fields
    ]


def _side(change: Any, value: Any) -> str:
    if value is None or value == "":
        return "–"
    return str(value) if getattr(change.kind.field, "related_model", None) else change.kind.show(value)
