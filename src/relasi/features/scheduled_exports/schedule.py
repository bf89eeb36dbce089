"""Scheduled export: a list that goes out as a file by itself, at its times, with the rights of its owner."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from relasi.engine.access.door import rights_of
from relasi.engine.declare.module import Declaration
from relasi.engine.declare.tracked import Tracked, history_triggers
from relasi.engine.fields.choice import ChoiceField, Choices
from relasi.engine.fields.text import TextField
from relasi.engine.screens.shell import Entry, entry_of
from relasi.engine.transfer.export import Format, Shape

SEALED_FOR = "keys of scheduled exports"


class Place(Choices):
    MAIL = "mail", _("By email")
    DISK = "disk", _("Into a folder of the server")
    S3 = "s3", _("Into a storage that speaks S3")


class ScheduledExport(Tracked):
    """user: the owner. slug: of the menu entry. view: the key of one of its lists. every: a word of timing.frequencies.

    folder: below the folder of exports. keep: newest files that stay there, 0 for all. recipients: addresses with commas
    between them. sealed_secret: the secret key of the storage, which nobody is shown again.
    """

    user = models.ForeignKey("users.User", models.PROTECT, related_name="+", editable=False)
    name = TextField(_("Name"), max_length=100, required=True)
    slug = TextField(_("Module"), max_length=100, required=True)
    view = TextField(_("List"), max_length=100, required=True)
    format = ChoiceField(Format, _("File"), default=Format.CSV, required=True)
    shape = ChoiceField(Shape, _("Columns"), default=Shape.VIEW, required=True)
    every = TextField(_("How often"), max_length=20, required=True, default="day")
    hour = models.IntegerField(_("At"), default=5)
    place = ChoiceField(Place, _("Where to"), default=Place.MAIL, required=True)
    recipients = TextField(_("To"), max_length=1000)
    folder = TextField(_("Folder"), max_length=60)
    keep = models.IntegerField(_("Files kept"), default=30)
    address = TextField(_("Address of the storage"), max_length=300)
    region = TextField(_("Region"), max_length=60)
    bucket = TextField(_("Bucket"), max_length=63)
    prefix = TextField(_("Begin of the name"), max_length=200)
    access_key = TextField(_("Access key"), max_length=200)
    sealed_secret = TextField(_("Secret key"), max_length=1000, secret=True, editable=False)
    active = models.BooleanField(_("Active"), default=True)

    class Meta(Tracked.Meta):
        abstract = False
        verbose_name = _("scheduled export")
        verbose_name_plural = _("scheduled exports")
        triggers = history_triggers("sealed_secret")
        constraints = [models.CheckConstraint(condition=Q(hour__range=(0, 23)), name="scheduled_export_hour")]

    class Module(Declaration):
        archived = False
        self_ruled = True
        icon = "calendar-clock"
        title = "name"
        verbs = ("view",)

    def __str__(self) -> str:
        return self.name

    @classmethod
    def permitted_q(cls, user: Any, verb: str, path: str = "") -> Q:
        return Q() if rights_of(user).admin else Q(**{f"{path}user": user.id})

    def permits(self, user: Any, verb: str) -> bool:
        return bool(rights_of(user).admin or self.user_id == user.id)

    @property
    def entry(self) -> Entry | None:
        """None where the module is gone."""
        try:
            return entry_of(self.slug)
        except KeyError:
            return None

    @property
    def place_label(self) -> Any:
        return Place(self.place).label

    @property
    def where(self) -> str:
        """Where its files go, in short."""
        if self.place == Place.MAIL:
            return self.recipients or ""
        if self.place == Place.DISK:
            return f"exports/{self.folder}/"
        return f"{(self.address or '').rstrip('/')}/{self.bucket}/{self.prefix or ''}"


class ScheduleClock(models.Model):
    """next_at: when it is due next. failures: runs that came to nothing in a row."""

    schedule = models.OneToOneField(ScheduledExport, models.CASCADE, primary_key=True, related_name="clock")
    next_at = models.DateTimeField(db_index=True)
    failures = models.IntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.schedule_id} {self.next_at}"


def living() -> models.QuerySet[ScheduledExport]:
    return ScheduledExport._base_manager.filter(trashed_at=None).order_by("name", "id")
