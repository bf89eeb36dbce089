"""Working hours: a week in which people work, its holidays, and other hours for some time. Deadlines count by them."""

from __future__ import annotations

from datetime import timedelta

from django.db import connection, models
from django.utils.translation import gettext_lazy as _

from relasi.engine.declare.module import Declaration
from relasi.engine.declare.registry import registry
from relasi.engine.declare.tracked import Tracked
from relasi.engine.declare.words import Body, Related, Section
from relasi.engine.fields.boolean import BooleanField
from relasi.engine.fields.choice import ChoiceField, Choices
from relasi.engine.fields.dates import DateField
from relasi.engine.fields.reference import ReferenceField, ReferencesField
from relasi.engine.fields.text import TextField
from relasi.engine.records.refusal import Change, Refusal
from relasi.engine.records.write import Draft, write
from relasi.kits.clock.hours_field import HoursField
from relasi.kits.clock.stored_hours import DAYS
from relasi.kits.pipeline.stage import Named
from relasi.kits.schedule.zone import Zone

LONGEST = timedelta(days=366)  # of other hours
ONE_DEFAULT = "the company counts by one calendar"
EACH_DAY = " ".join(DAYS)


class Week(models.Model):
    """Abstract. A field of hours for each day of the week; an empty one is a day off."""

    monday = HoursField(_("Monday"), help_text=_("Such as 08.00–12.00, 13.00–17.00. Empty: closed."))
    tuesday = HoursField(_("Tuesday"))
    wednesday = HoursField(_("Wednesday"))
    thursday = HoursField(_("Thursday"))
    friday = HoursField(_("Friday"))
    saturday = HoursField(_("Saturday"))
    sunday = HoursField(_("Sunday"))

    class Meta:
        abstract = True

    @property
    def is_never_open(self) -> bool:
        return not any(getattr(self, day) for day in DAYS)


class WorkingHours(Week, Tracked):
    """zone: empty for the clock of whoever works by it. usual: the company's, and of everybody no other one names."""

    name = TextField(_("Name"), max_length=100, required=True)
    zone = ChoiceField(
        Zone, _("Time zone"),
        help_text=_("Empty: everybody by their own clock, the company's deadlines by that of the company."),
    )  # fmt: skip
    usual = BooleanField(_("The company's hours"))
    around_the_clock = BooleanField(
        _("Day and night"), help_text=_("All hours of all days; the week below does not count.")
    )
    keeps_holidays = BooleanField(_("Closed on holidays"), default=True)
    users = ReferencesField("users.User", _("People"), help_text=_("Who works by these hours."))
    groups = ReferencesField("access.Group", _("Groups"))

    class Meta(Tracked.Meta):
        verbose_name = _("working hours")
        verbose_name_plural = _("working hours")
        constraints = [
            models.UniqueConstraint(
                fields=["name"], condition=models.Q(trashed_at=None), name="working_hours_name"
            )
        ]

    class Module(Declaration):
        slug = "working-hours"
        area = "settings"
        icon = "clock"
        title = "name"
        columns = ["name", "zone", "usual", "monday", "friday", "saturday", "keeps_holidays"]
        sort = ["name"]
        form = [
            Section(_("Working hours"), "name zone usual around_the_clock keeps_holidays"),
            Section(_("Hours of the week"), EACH_DAY),
            Section(_("Who works by them"), "users groups"),
        ]
        page = [
            Body("agenda/working_hours.html", "relasi.modules.agenda.hours_shown.body_of"),
            Related("agenda.OtherHours", by="calendar", columns=["first", "last"]),
            Related(
                "agenda.Holiday", by="calendar", columns=["day"], title=_("Holidays of these hours alone")
            ),
        ]
        words = "jam kerja kantor hari libur shift lembur business hours"

    def __str__(self) -> str:
        return self.name

    def clean(self, change: Change) -> None:
        if self.is_never_open and not self.around_the_clock:
            raise Refusal("monday", "REQUIRED", _("Write the hours of at least one day."))
        if not change.is_new and change.old("usual") and not self.usual and not change.authorised:
            raise Refusal("usual", "INVALID_TRANSITION", _("Make other hours the company's first."))
        for name in ("users", "groups"):
            self._check_once(name)

    def _check_once(self, name: str) -> None:
        mine = set(getattr(self, name) or ())
        if not mine:
            return
        for other in WorkingHours._base_manager.filter(trashed_at=None).exclude(pk=self.pk):
            if mine & set(getattr(other, name) or ()):
                sentence = _("Some of them work by “%(name)s” already. Take them out there first.")
                raise Refusal(name, "DUPLICATE", sentence % {"name": other.name})

    def before_trash(self) -> None:
        if self.usual:
            raise Refusal("", "LOCKED", _("Make other hours the company's first."))
        if self.users or self.groups:
            raise Refusal("", "LOCKED", _("People work by these hours. Give them others first."))


class OtherHours(Week, Tracked):
    """Other hours from one day to another, both included: those of Ramadan."""

    name = TextField(_("Name"), max_length=100, required=True)
    calendar = ReferenceField(
        "agenda.WorkingHours", models.CASCADE, verbose_name=_("Working hours"), related_name="other_hours",
        required=True,
    )  # fmt: skip
    first = DateField(_("From"), required=True)
    last = DateField(_("Until"), required=True)

    class Meta(Tracked.Meta):
        verbose_name = _("other hours")
        verbose_name_plural = _("other hours")

    class Module(Declaration):
        slug = "other-hours"
        area = "settings"
        icon = "calendar-range"
        title = "name"
        columns = ["name", "calendar", "first", "last", "monday", "friday"]
        sort = ["-first"]
        form = [
            Section(_("Other hours"), "name calendar first last"),
            Section(_("Hours of the week"), EACH_DAY),
        ]
        words = "ramadan puasa jam khusus sementara"

    def __str__(self) -> str:
        return self.name

    def clean(self, change: Change) -> None:
        if self.first is None or self.last is None:
            return
        if self.last < self.first:
            raise Refusal("last", "INVALID_VALUE", _("The end lies before the beginning."))
        if self.last - self.first > LONGEST:
            raise Refusal("last", "OUT_OF_RANGE", _("At most a year."))
        if self.is_never_open:
            raise Refusal("monday", "REQUIRED", _("Write the hours of at least one day."))


class HolidayKind(Choices):
    NATIONAL = "national", _("National holiday"), "merah"
    JOINT_LEAVE = "joint_leave", _("Joint leave"), "jingga"
    OWN = "own", _("Of the company"), "biru"


class Holiday(Named, Tracked):
    """hours: when that day is closed; empty for the whole of it. calendar: empty for all that keep holidays."""

    day = DateField(_("Date"), required=True)
    kind = ChoiceField(HolidayKind, _("Kind"), default=HolidayKind.OWN, required=True)
    yearly = BooleanField(_("Every year"), help_text=_("On this day of each year from then on."))
    hours = HoursField(_("Closed hours"), help_text=_("Such as 13.00–17.00. Empty: the whole day."))
    calendar = ReferenceField(
        "agenda.WorkingHours", models.CASCADE, verbose_name=_("Working hours"), related_name="holidays",
        help_text=_("Empty: for all that close on holidays."),
    )  # fmt: skip

    class Meta(Tracked.Meta):
        verbose_name = _("holiday")
        verbose_name_plural = _("holidays")
        indexes = [models.Index(fields=["day"], name="holiday_day")]
        constraints = [
            models.UniqueConstraint(
                fields=["day", "name", "calendar"], condition=models.Q(trashed_at=None), name="holiday_once",
                nulls_distinct=False,
            )
        ]  # fmt: skip

    class Module(Declaration):
        slug = "holidays"
        area = "settings"
        icon = "flag"
        title = "name"
        other_titles = "name_en"
        columns = ["day", "name", "kind", "yearly", "hours", "calendar"]
        filters = ["kind", "yearly", "calendar"]
        sort = ["day"]
        form = [Section(_("Holiday"), "day name name_en kind yearly hours calendar")]
        words = "libur tanggal merah cuti bersama lebaran natal"


def keep_one_default(changes: list[Change]) -> None:
    """The calendar said last is the company's; of two said at once the second to come."""
    last = [change.record.pk for change in changes if change.record.usual]
    if not last:
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('relasi.working_hours'))")
    rows = WorkingHours._base_manager.filter(usual=True, trashed_at=None).exclude(pk=last[-1])
    drafts = [Draft({"usual": False}, id=id) for id in rows.values_list("pk", flat=True)]
    if drafts:
        write(registry.of(WorkingHours), drafts, authorised=ONE_DEFAULT)
