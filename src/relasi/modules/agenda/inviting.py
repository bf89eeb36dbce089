"""Inviting: each minute, what invitees know by mail of an event is made to agree with what stands."""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import structlog
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from relasi.engine.access.company import company
from relasi.engine.access.reading import reader_for
from relasi.engine.activity.mail import can_mail
from relasi.engine.declare.registry import registry
from relasi.engine.fields.date_text import write_clock, write_long_date, zone_name
from relasi.engine.fields.reader import Reader, reading_as
from relasi.engine.query.icalendar import Invitation, invitation_text
from relasi.engine.records.again import said_outside
from relasi.engine.records.write import Draft, write
from relasi.modules.agenda.invitee import Invitee
from relasi.users.user import User

MOST = 200  # mails of one run
TRIES = 5
# What somebody who is invited is told of an event.
TOLD = ("subject", "starts_at", "ends_at", "all_day", "zone", "location", "online_link", "description")
SENT = "what went out by mail is noted"

log = structlog.get_logger("relasi.invitations")


# The secret address.
def token_of(invitee: Invitee) -> str:
    """Made of the key of the installation, so that the database alone opens nothing."""
    return f"{invitee.pk}-{_signed(invitee.pk)}"


def _signed(id: int) -> str:
    return hmac.new(settings.SECRET_KEY.encode(), f"invitation:{id}".encode(), hashlib.sha256).hexdigest()[
        :40
    ]


def invitee_of(token: str) -> Invitee | None:
    """The living invitee of this token, with the living event."""
    id, _dash, signed = token.partition("-")
    if not (id.isascii() and id.isdigit() and len(id) < 19):
        return None
    if not hmac.compare_digest(signed.encode(), _signed(int(id)).encode()):
        return None
    rows = Invitee._base_manager.filter(pk=int(id), trashed_at=None, event__trashed_at=None)
    return rows.select_related("event", "user", "contact", "lead").first()


# Whom, in which words.
def address_of(invitee: Invitee) -> str:
    """Where it is mailed to; empty where nobody knows."""
    one = invitee.user or invitee.contact or invitee.lead
    if invitee.user is not None and not invitee.user.is_active:
        return ""
    return invitee.email or (one.email if one is not None else "") or ""


def reader_of_invitee(invitee: Invitee) -> Reader:
    """A colleague's own; of everybody else the company's language and the zone of the event."""
    if invitee.user is not None:
        return reader_for(invitee.user)
    return Reader(language=company().language, zone=invitee.event.zone)


def when_of(event: Any, reader: Reader) -> str:
    """Senin, 12 Januari 2026, 10.00–11.00 WIB"""
    zone = ZoneInfo(event.zone) if event.all_day else reader.tz
    start, end = (at.astimezone(zone) for at in (event.starts_at, event.ends_at))
    first = write_long_date(start.date(), reader)
    if event.all_day:
        return first if start.date() == end.date() else f"{first} – {write_long_date(end.date(), reader)}"
    clock = write_clock(end, reader)
    last = clock if start.date() == end.date() else f"{write_long_date(end.date(), reader)} {clock}"
    return f"{first}, {write_clock(start, reader)}–{last} {zone_name(start, reader)}"


# What is due.
def due(now: datetime) -> Any:
    """Invitees whose mail lags behind: not told of the event as it stands, or not told that it is off."""
    lives = Q(trashed_at=None, event__trashed_at=None, event__status="planned")
    behind = Q(told_version=None) | Q(told_version__lt=F("event__version")) | Q(told_off=True)
    off = Q(told_version__isnull=False, told_off=False)
    rows = Invitee._base_manager.filter(mails=True, event__until__gt=now, mail_tries__lt=TRIES)
    return rows.filter((lives & behind) | (~lives & off)).order_by("pk")


def send_due(now: datetime | None = None) -> int:
    """Returns how many mails went out. Without a mail server nothing waits: it goes out once there is one."""
    if not can_mail():
        return 0
    now = now or timezone.now()
    return sum(_send(id, now) for id in list(due(now).values_list("pk", flat=True)[:MOST]))


def _send(id: int, now: datetime) -> bool:
    """Marked as told in the transaction in which it goes out; a refusal of the mail server counts as one try."""
    try:
        with transaction.atomic():
            held = due(now).filter(pk=id).select_for_update(skip_locked=True, of=("self",))
            invitee = held.select_related("event", "event__owner", "user", "contact", "lead").first()
            if invitee is None:
                return False
            event, to = invitee.event, address_of(invitee)
            off = bool(invitee.trashed_at or event.trashed_at or event.status != "planned")
            was = None if invitee.told_off else invitee.told
            told = {"told_version": event.version, "told": digest_of(event), "told_off": off, "mail_tries": 0}
            wanted = bool(to) and (off or was != told["told"])
            _note(invitee, told)
            if wanted:
                _mail(invitee, to, off, now, again=was is not None)
            return wanted
    except OSError as trouble:
        log.warning("an invitation did not go out", invitee=id, reason=type(trouble).__name__)
        held = Invitee._base_manager.get(pk=id)
        _note(held, {"mail_tries": held.mail_tries + 1})
        return False


def _note(invitee: Invitee, values: dict[str, Any]) -> None:
    """Of who is taken off already too, which no write by hand reaches."""
    write(registry.of(Invitee), [Draft(values, id=invitee.pk)], authorised=SENT, anyway=True)


def digest_of(event: Any) -> str:
    return hashlib.sha256(repr([str(getattr(event, name)) for name in TOLD]).encode()).hexdigest()


def _mail(invitee: Invitee, to: str, off: bool, now: datetime, *, again: bool) -> None:
    event, reader = invitee.event, reader_of_invitee(invitee)
    organizer = User.objects.filter(pk=event.owner_id).first()
    with translation.override(reader.language), reading_as(reader):
        subject, text = _words(invitee, off, again, organizer, reader)
    said = Invitation(
        uid=f"{event.pk}@relasi", sequence=event.version + off, stamp=now, off=off, subject=event.subject,
        starts_at=event.starts_at, ends_at=event.until if event.all_day else event.ends_at, all_day=event.all_day,
        zone=event.zone, place=event.location or "", link=event.online_link or "", text=event.description or "",
        organizer=(str(organizer), organizer.email) if organizer else (company().name, settings.DEFAULT_FROM_EMAIL),
        attendee=(str(invitee), to), answer=invitee.response,
    )  # fmt: skip
    mail = EmailMultiAlternatives(
        subject, text, None, [to], reply_to=[organizer.email] if organizer and organizer.email else None
    )
    written = invitation_text(said)
    mail.attach_alternative(written, f"text/calendar; method={'CANCEL' if off else 'REQUEST'}")
    mail.attach("invite.ics", written, "application/ics")
    said_outside()
    mail.send()


def _words(invitee: Invitee, off: bool, again: bool, organizer: Any, reader: Reader) -> tuple[str, str]:
    """The subject and the text of the mail. again: they were invited before."""
    event = invitee.event
    facts = {
        "event": event.subject, "when": when_of(event, reader), "company": company().name, "name": str(invitee),
        "by": str(organizer or company().name), "place": event.location, "online": event.online_link,
        "link": f"{settings.PUBLIC_URL.rstrip('/')}/invitation/{token_of(invitee)}/",
    }  # fmt: skip
    if off:
        subject, first = (
            _("Cancelled: %(event)s, %(when)s"),
            _("This event will not take place, or you are not expected any more."),
        )
    elif again:
        subject, first = _("Changed: %(event)s, %(when)s"), _("%(by)s of %(company)s has changed this event.")
    else:
        subject, first = _("Invitation: %(event)s, %(when)s"), _("%(by)s of %(company)s invites you.")
    lines = [_("Dear %(name)s,"), first, "%(event)s\n%(when)s"]
    if event.location and not off:
        lines.append(_("Where: %(place)s"))
    if event.online_link and not off:
        lines.append(_("Online: %(online)s"))
    if not off:
        lines.append(_("Answer here whether you come: %(link)s"))
    return " ".join((subject % facts).split())[:200], "\n\n".join(line % facts for line in lines) + "\n"
