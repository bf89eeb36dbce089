"""Event: anything with a beginning and an end: a call, a meeting, a visit."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.utils.translation import gettext_lazy as _

from relasi.engine.declare.tracked import history_triggers
from relasi.engine.declare.words import (
    Action,
    AtHome,
    Board,
    Body,
    Calendar,
    Related,
    Section,
    Timeline,
    View,
)
from relasi.engine.fields.boolean import BooleanField
from relasi.engine.fields.choice import ChoiceField, Choices, open_list
from relasi.engine.fields.dates import DateTimeField
from relasi.engine.fields.reference import ReferenceField, ReferencesField
from relasi.engine.fields.text import LongTextField, TextField
from relasi.engine.fields.url import UrlField
from relasi.engine.records.record import Record, record_indexes
from relasi.engine.records.refusal import Change
from relasi.engine.records.write import update
from relasi.kits.schedule.reminding import Reminding
from relasi.kits.schedule.repeating import RULE_FIELDS, Repeating
from relasi.kits.schedule.zone import Zone
from relasi.modules.agenda import event_rules, series


@open_list("event_type", _("Event type"))
class EventType(Choices):
    CALL = "call", _("Call"), "hijau", "Telepon|Call"
    MEETING = "meeting", _("Meeting"), "nila", "Rapat|Meeting"
    VISIT = "visit", _("Visit"), "toska", "Kunjungan|Onsite meeting|Visit"


class EventStatus(Choices):
    PLANNED = "planned", _("Planned"), "biru", "Planned"
    HELD = "held", _("Held"), "hijau", "Held"
    NOT_HELD = "not_held", _("Not held"), "gray", "Not Held"


class Visibility(Choices):
    PUBLIC = "public", _("Like other records")
    PRIVATE = "private", _("Private: others see only that I am busy")


class Sentiment(Choices):
    VERY_GOOD = "2", _("Very good"), "hijau"
    GOOD = "1", _("Good"), "toska"
    NEUTRAL = "0", _("Neutral"), "gray"
    BAD = "-1", _("Bad"), "jingga"
    VERY_BAD = "-2", _("Very bad"), "merah"


class EventPriority(Choices):
    LOW = "low", _("Low"), "gray"
    NORMAL = "normal", _("Normal"), "biru"
    HIGH = "high", _("High"), "jingga"


_PLANNED = {"field": "status", "op": "is", "value": "planned"}


class Event(Repeating, Reminding, Record):
    subject = TextField(_("Subject"), required=True, aliases="Subjek|Judul|Subject|Activity - Subject")
    type = ChoiceField(
        EventType, _("Type"), default=EventType.MEETING, required=True, aliases="Jenis|Activity Type"
    )
    status = ChoiceField(EventStatus, _("Status"), default=EventStatus.PLANNED, required=True)
    starts_at = DateTimeField(_("Starts"), required=True, aliases="Mulai|Start Date & Time|Start")
    ends_at = DateTimeField(_("Ends"), required=True, aliases="Selesai|End Date & Time|End",
                            help_text=_("For a whole day: the last day."))  # fmt: skip
    all_day = BooleanField(_("All day"))
    zone = ChoiceField(Zone, _("Time zone"), required=True)
    account = ReferenceField(
        "customers.Account", models.PROTECT, verbose_name=_("Account"), related_name="events"
    )
    contact = ReferenceField(
        "customers.Contact", models.PROTECT, verbose_name=_("Contact"), related_name="events"
    )
    lead = ReferenceField("customers.Lead", models.PROTECT, verbose_name=_("Lead"), related_name="events")
    deal = ReferenceField("sales.Deal", models.PROTECT, verbose_name=_("Deal"), related_name="events")
    contacts = ReferencesField("customers.Contact", _("More contacts"))
    location = TextField(_("Location"), aliases="Tempat|Lokasi|Location")
    online_link = UrlField(_("Online link"))
    priority = ChoiceField(EventPriority, _("Priority"), default=EventPriority.NORMAL, required=True)
    visibility = ChoiceField(Visibility, _("Who sees it"), default=Visibility.PUBLIC, required=True)
    busy = BooleanField(_("Keeps me busy"), default=True)
    description = LongTextField(_("Description"))
    outcome = LongTextField(_("Outcome"), aliases="Hasil")
    sentiment = ChoiceField(Sentiment, _("Mood"))
    until = DateTimeField(_("Over at"), editable=False)
    series = TextField(_("Series"), max_length=40, editable=False)

    class Meta(Record.Meta):
        verbose_name = _("event")
        verbose_name_plural = _("events")
        triggers = history_triggers("remind_at", "reminded_at")
        indexes = [
            *record_indexes("event", "starts_at"),
            models.Index(fields=["owner", "starts_at", "until"], name="event_span",
                         condition=models.Q(trashed_at=None)),
            GinIndex(OpClass("contacts", "jsonb_path_ops"), name="event_contacts"),
            models.Index(fields=["series"], name="event_series", condition=models.Q(series__isnull=False)),
            models.Index(fields=["remind_at"], name="event_remind", condition=models.Q(remind_at__isnull=False)),
        ]  # fmt: skip
        constraints = [
            models.CheckConstraint(
                condition=models.Q(until__gt=models.F("starts_at")), name="event_has_length"
            )
        ]

    class Module(Record.Module):
        slug = "events"
        area = "agenda"
        icon = "calendar-days"
        number = "EVT-{n:05}"
        title = "subject"
        subtitle = "starts_at"
        columns = ["subject", "type", "status", "starts_at", "account", "location", "owner"]
        filters = ["type", "status", "owner", "starts_at", "account", "deal"]
        sort = ["starts_at"]
        search = {"subject": "A", "location": "C", "description": "D", "outcome": "D"}
        form = [
            Section(_("Event"), "subject type starts_at ends_at all_day zone owner location online_link"),
            Section(_("About"), "account contact lead deal contacts"),
            Section(_("Repetition and reminder"), " ".join(RULE_FIELDS) + " remind_before"),
            Section(_("Privacy and priority"), "visibility busy priority status"),
            Section(_("Notes"), "description outcome sentiment"),
        ]
        facts = [*form, Section(_("Record"), "number created_at changed_at")]
        quick = "subject type starts_at ends_at all_day location account contact lead deal owner"
        headline = "starts_at status"
        fill = {"account": "deal.account contact.account", "contact": "deal.contact"}
        board = Board(by="status", card=["type", "account", "starts_at", "owner", "location"], closed=("held", "not_held"),
                      since="starts_at")  # fmt: skip
        calendar = Calendar(start="starts_at", end="ends_at", until="until", all_day="all_day", zone="zone", tone="type",
                            open=models.Q(status="planned"), place="location")  # fmt: skip
        confidential = ("visibility", ("private",))
        page = [
            Body("agenda/invited.html", "relasi.modules.agenda.answering.body_of"), Timeline(),
            Related("agenda.Invitee", columns=["response", "email"], title=_("Invited")),
        ]  # fmt: skip
        actions = [
            Action("hold", _("Held"), icon="check", ask=("outcome", "sentiment"), when=lambda e: e.status == "planned"),
            Action("miss", _("Not held"), icon="circle-x", ask=("outcome",), when=lambda e: e.status == "planned"),
            Action("plan_again", _("Planned again"), icon="history", when=lambda e: e.status != "planned"),
            Action("follow_up", _("Follow up"), icon="calendar-plus", ask=("subject", "starts_at", "ends_at"),
                   form="follow_up_plan"),
            Action("change_following", _("Change this and following"), icon="repeat", quiet=True,
                   ask=series.SHARED, when=lambda e: bool(e.series)),
            Action("change_all", _("Change the whole series"), icon="repeat", quiet=True, ask=series.SHARED,
                   when=lambda e: bool(e.series)),
            Action("drop_following", _("Delete this and following"), icon="trash-2", quiet=True, danger=True,
                   when=lambda e: bool(e.series)),
        ]  # fmt: skip
        views = [
            View("planned", _("Planned"), _PLANNED, "calendar-days"),
            View("today", _("Today"), {"field": "starts_at", "op": "today"}, "calendar-check",
                 home=AtHome(10, _("Today's events"), "starts_at account", tick="hold")),
            View("upcoming", _("Next seven days"),
                 {"all": [_PLANNED, {"field": "starts_at", "op": "next_n_days", "value": 7}]}, "calendar-clock"),
            View("to_report", _("Over and not reported"),
                 {"all": [_PLANNED, {"field": "starts_at", "op": "last_n_days", "value": 90}]}, "clipboard-check",
                 ("-starts_at",)),
        ]  # fmt: skip
        closed = models.Q(status__in=["held", "not_held"])
        words = "agenda acara rapat telepon kunjungan meeting call visit jadwal janji"

    def before_save(self, change: Change) -> None:
        event_rules.settle_times(self, change)
        self.plan_reminder(change, self.starts_at if self.status == EventStatus.PLANNED else None)

    def clean(self, change: Change) -> None:
        event_rules.check(self, change)

    @classmethod
    def clean_all(cls, changes: list[Change]) -> None:
        event_rules.warn_of_clashes(changes)

    # The verbs.
    def hold(self, outcome: Any = None, sentiment: Any = None) -> Event:
        more = {name: value for name, value in (("outcome", outcome), ("sentiment", sentiment)) if value}
        return update(self, {"status": EventStatus.HELD, **more})

    def miss(self, outcome: Any = None) -> Event:
        return update(self, {"status": EventStatus.NOT_HELD, **({"outcome": outcome} if outcome else {})})

    def plan_again(self) -> Event:
        return update(self, {"status": EventStatus.PLANNED})

    def follow_up_plan(self) -> Event:
        """A blank event a week later with the same relations, as the form proposes it."""
        return event_rules.follow_up_of(self)

    def follow_up(self, **values: Any) -> Event:
        return event_rules.make_follow_up(self, values)

    def change_following(self, **values: Any) -> Event:
        return series.change(self, values, whole=False)

    def change_all(self, **values: Any) -> Event:
        return series.change(self, values, whole=True)

    def drop_following(self) -> None:
        series.drop_following(self)
