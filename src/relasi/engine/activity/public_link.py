"""Public link: the secret address under which a customer, who has no account, reads one document, until it ends."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from relasi.engine.activity.hanging import Hanging, may_on, record_key
from relasi.engine.declare.module import Declaration
from relasi.engine.declare.registry import registry
from relasi.engine.declare.tracked import history_triggers
from relasi.engine.fields.dates import DateTimeField
from relasi.engine.fields.text import TextField
from relasi.engine.records.write import Draft, trash, write

DAYS = 60
APART = timedelta(minutes=30)  # looks from one address within it are one
A_MINUTE = 60  # requests of one address
KEPT = timedelta(days=1)  # looks at addresses that lead nowhere


class PublicLink(Hanging):
    """digest: of the token. seed: what the token is made of, together with the key of the installation, so that the
    database alone opens nothing. answer: what the customer said by it."""

    asks = "edit"

    record = record_key()
    digest = TextField(_("Digest"), max_length=64, secret=True, editable=False)
    seed = TextField(_("Seed"), max_length=64, secret=True, editable=False)
    ends_at = DateTimeField(_("Ends at"), required=True)
    answer = TextField(_("Answer"), max_length=20, editable=False)
    answered_by = TextField(_("Answered by"), max_length=150, editable=False)
    answered_at = DateTimeField(_("Answered at"), editable=False)
    answered_from = TextField(_("Answered from"), max_length=45, editable=False)

    class Meta(Hanging.Meta):
        abstract = False
        verbose_name = _("public link")
        verbose_name_plural = _("public links")
        triggers = history_triggers("digest", "seed")
        constraints = [models.UniqueConstraint(fields=["digest"], name="public_link_token")]

    class Module(Declaration):
        archived = False
        self_ruled = True
        hangs_on = "record"
        icon = "link"
        title = "answered_by"

    def __str__(self) -> str:
        return f"#{self.pk}"

    def permits(self, user: Any, verb: str) -> bool:
        """Whoever may change the record may end its links."""
        return may_on(self.record, user, "view" if verb == "view" else "edit")

    @property
    def token(self) -> str:
        """Empty when the key of the installation is another one since."""
        token = _token(self.seed)
        return token if _digest(token) == self.digest else ""

    @property
    def path(self) -> str:
        return f"/p/{self.token}/" if self.token else ""

    @property
    def is_over(self) -> bool:
        return self.ends_at <= timezone.now()


class PublicVisit(models.Model):
    """One request for a public address. link: None for one that leads nowhere. noted: it is told of, the others of the
    same half hour are not."""

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField(default=timezone.now)
    link = models.ForeignKey(PublicLink, models.CASCADE, null=True, related_name="visits")
    ip = models.GenericIPAddressField(null=True)
    noted = models.BooleanField(default=False)

    class Meta:
        db_table = "activity_public_visit"
        indexes = [models.Index(fields=["ip", "-at"], name="public_visit_address")]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.link_id}"


def _token(seed: str) -> str:
    made = hmac.new(settings.SECRET_KEY.encode(), b"public link:" + seed.encode(), hashlib.sha256)
    return made.hexdigest()


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def make_link(record: int, days: int = DAYS, until: datetime | None = None) -> PublicLink:
    """A new link of a record that whoever acts may change. Raises Refused."""
    seed = secrets.token_urlsafe(32)
    ends_at = until or timezone.now() + timedelta(days=days)
    values = {"record": record, "seed": seed, "digest": _digest(_token(seed)), "ends_at": ends_at}
    return write(registry.of(PublicLink), [Draft(values)], authorised=_may_make(record)).records[0]


def _may_make(record: int) -> str:
    from relasi.engine.access.acting import acting_user
    from relasi.engine.records.record import RecordIndex
    from relasi.engine.records.refusal import Refusal, Refused

    index = RecordIndex.objects.filter(pk=record, trashed_at=None).first()
    if index is None or not may_on(index, acting_user(), "edit"):
        sentence = _("This record is not there, or you may not do this with it.")
        raise Refused([Refusal("record", "NOT_FOUND", sentence)])
    return "whoever may change a record may show it to a customer"


def end_link(link: PublicLink) -> None:
    """It leads nowhere any more, from this moment."""
    trash(PublicLink, [link.pk])


def links_of(record: int) -> list[PublicLink]:
    """The living links of a record, newest first, with opens and last_at."""
    rows = PublicLink._base_manager.filter(record=record, trashed_at=None).order_by("-pk")
    noted = models.Q(visits__noted=True)
    return list(
        rows.annotate(
            opens=models.Count("visits", filter=noted), last_at=models.Max("visits__at", filter=noted)
        )
    )


def open_link_of(record: int) -> PublicLink | None:
    rows = PublicLink._base_manager.filter(record=record, trashed_at=None, ends_at__gt=timezone.now())
    return next((one for one in rows.order_by("-pk") if one.token), None)


def link_called(token: str) -> PublicLink | None:
    """The living link of this token that has not ended, with its record."""
    rows = PublicLink._base_manager.filter(digest=_digest(token), trashed_at=None, record__trashed_at=None)
    found = rows.select_related("record").first()
    return None if found is None or found.is_over else found


def too_many(ip: str | None) -> bool:
    since = timezone.now() - timedelta(minutes=1)
    return ip is not None and PublicVisit.objects.filter(ip=ip, at__gt=since).count() >= A_MINUTE


def note_visit(link: PublicLink | None, ip: str | None, *, counts: bool = True) -> bool:
    """Counts a request. Returns whether it is the first look of its half hour. counts: it is a look of a customer."""
    now = timezone.now()
    with transaction.atomic():
        noted = counts and link is not None
        if noted:
            lately = PublicVisit.objects.filter(link=link, ip=ip, noted=True, at__gt=now - APART)
            noted = not lately.exists()
        PublicVisit.objects.create(link=link, ip=ip, noted=noted, at=now)
        if link is None:
            PublicVisit.objects.filter(link=None, at__lt=now - KEPT).delete()
    return noted
