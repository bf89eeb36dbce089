"""Usage limits: how much the whole company may use on one day, and what follows where it is used up."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from relasi.engine.access.directory import directory
from relasi.engine.api.webhook import ByAdmins
from relasi.engine.declare.module import Declaration
from relasi.engine.declare.tracked import Tracked
from relasi.engine.fields.boolean import BooleanField
from relasi.engine.fields.dates import DateField
from relasi.engine.fields.numbers import IntegerField
from relasi.engine.records.refusal import Refusal

CALLS, WEBHOOKS, MAILS, STORAGE = "calls", "webhooks", "mails", "storage"
METRICS = (CALLS, WEBHOOKS, MAILS, STORAGE)
GIGABYTE = 1024**3
MOST = 1_000_000_000


class UsageLimits(ByAdmins):
    """One row. What is empty is not limited. extra: calls more a day, to the end of extra_until."""

    calls_free = IntegerField(_("API calls a day"), min=0, max=MOST, help_text=_("Empty: without a limit."))
    calls_per_user = IntegerField(_("And for each active user"), min=0, max=MOST)
    calls_extra = IntegerField(_("Raised by"), min=0, max=MOST)
    extra_until = DateField(_("Raised until the end of"))
    calls_most = IntegerField(_("But at most"), min=0, max=MOST)
    webhooks = IntegerField(
        _("Webhook messages a day"), min=0, max=MOST, help_text=_("What is beyond waits until midnight.")
    )
    mails = IntegerField(
        _("Emails a day"), min=0, max=MOST, help_text=_("Admins are warned; emails go out all the same.")
    )
    storage_gb = IntegerField(
        _("Storage (GB)"), min=1, max=1_000_000, help_text=_("Admins are warned; nothing is refused.")
    )
    watch_only = BooleanField(
        _("Watch only"),
        default=False,
        help_text=_("Nothing is held back or refused; warnings are still given."),
    )
    tells_admins = BooleanField(_("Warn admins at 75, 90 and 100 %"), default=True)

    class Meta(Tracked.Meta):
        abstract = False
        verbose_name = _("usage limits")
        verbose_name_plural = _("usage limits")
        constraints = [models.UniqueConstraint(models.Value(1), name="api_usage_limits_one")]

    class Module(Declaration):
        archived = False
        self_ruled = True
        icon = "gauge"
        title = "calls_free"

    def __str__(self) -> str:
        return str(_("Usage limits"))

    def clean(self, change: Any = None) -> None:
        if self.calls_extra and not self.extra_until:
            raise Refusal("extra_until", "REQUIRED", _("Say until when the limit is raised."))

    def of(self, metric: str, day: date) -> int | None:
        """The limit of this day; of storage in bytes. None where there is none."""
        if metric == CALLS:
            return self._calls(day)
        if metric == STORAGE:
            return self.storage_gb * GIGABYTE if self.storage_gb else None
        limit: int | None = getattr(self, metric)
        return limit

    def _calls(self, day: date) -> int | None:
        if self.calls_free is None and self.calls_per_user is None:
            return self.calls_most
        found: int = self.calls_free or 0
        if self.calls_per_user:
            found += self.calls_per_user * sum(one.is_active for one in directory().people.values())
        if self.extra_until and day <= self.extra_until:
            found += self.calls_extra or 0
        return found if self.calls_most is None else min(found, self.calls_most)


def usage_limits() -> UsageLimits:
    """Those of the company; before anybody has set any, none. For reading only."""
    return UsageLimits._base_manager.order_by("id").first() or UsageLimits()
