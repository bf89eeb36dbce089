"""Task: something to finish, by a day or an hour, for somebody or something."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from relasi.engine.declare.computed import computed
from relasi.engine.declare.tracked import history_triggers
from relasi.engine.declare.words import Action, AtHome, Board, Calendar, Related, Section, Timeline, View
from relasi.engine.fields.boolean import BooleanField
from relasi.engine.fields.choice import ChoiceField, Choices
from relasi.engine.fields.dates import DateField, DateTimeField
from relasi.engine.fields.numbers import DecimalField, PercentField
from relasi.engine.fields.reader import current_reader
from relasi.engine.fields.reference import ReferenceField, ReferencesField
from relasi.engine.fields.text import LongTextField, TextField
from relasi.engine.records.record import Record, board_index, record_indexes
from relasi.engine.records.refusal import Change, Refusal
from relasi.engine.records.write import update
from relasi.kits.schedule.reminding import Reminding
from relasi.kits.schedule.repeating import RULE_FIELDS, Repeating
from relasi.kits.schedule.today import ReaderNow, ReaderToday
from relasi.modules.agenda import task_rules


class TaskStatus(Choices):
    NOT_STARTED = "not_started", _("Not started"), "gray", "Not Started|Planned|Open|Belum"
    RUNNING = "running", _("In progress"), "biru", "In Progress|Sedang berjalan"
    WAITING = "waiting", _("Waiting for input"), "kuning", "Pending Input|Menunggu"
    DEFERRED = "deferred", _("Deferred"), "jingga", "Deferred|Tunda"
    DONE = "done", _("Done"), "hijau", "Completed|Beres"
    CANCELLED = "cancelled", _("Cancelled"), "gray", "Canceled|Batal"


class Priority(Choices):
    LOW = "low", _("Low"), "gray"
    NORMAL = "normal", _("Normal"), "biru"
    HIGH = "high", _("High"), "jingga"
    URGENT = "urgent", _("Urgent"), "merah"


CLOSED = (TaskStatus.DONE, TaskStatus.CANCELLED)
_OPEN = ~models.Q(status__in=CLOSED)
_open_condition = {"field": "status", "op": "not_in", "value": ["done", "cancelled"]}


def _view(key: str, name: Any, op: str, icon: str, value: Any = None, home: AtHome | None = None) -> View:
    leaf = {"field": "due_on", "op": op} | ({} if value is None else {"value": value})
    return View(key, name, {"all": [_open_condition, leaf]}, icon, ("due_on", "-priority"), home)


class Task(Repeating, Reminding, Record):
    subject = TextField(
        _("Subject"), required=True, aliases="Subjek|Judul|Subject|Task|Activity - Subject|Nama Tugas"
    )
    status = ChoiceField(TaskStatus, _("Status"), default=TaskStatus.NOT_STARTED, required=True,
                         aliases="Task Status")  # fmt: skip
    priority = ChoiceField(
        Priority, _("Priority"), default=Priority.NORMAL, required=True, aliases="Prioritas"
    )
    start_on = DateField(_("Start"), aliases="Mulai|Start Date|Tanggal Mulai")
    due_on = DateField(_("Due"), late="overdue", aliases="Tenggat|Jatuh Tempo|Due Date|Activity - Due date")
    due_at = DateTimeField(_("Due at"), help_text=_("Only when the hour matters."))
    progress = PercentField(_("Progress"), default=Decimal(0), bar=True, aliases="Kemajuan|Progress")
    account = ReferenceField("customers.Account", models.PROTECT, verbose_name=_("Account"), related_name="tasks",
                             aliases="Perusahaan|Related To|Akun")  # fmt: skip
    contact = ReferenceField("customers.Contact", models.PROTECT, verbose_name=_("Contact"), related_name="tasks",
                             aliases="Kontak|Contact Name")  # fmt: skip
    lead = ReferenceField("customers.Lead", models.PROTECT, verbose_name=_("Lead"), related_name="tasks",
                          aliases="Prospek")  # fmt: skip
    deal = ReferenceField("sales.Deal", models.PROTECT, verbose_name=_("Deal"), related_name="tasks",
                          aliases="Peluang")  # fmt: skip
    parent = ReferenceField("self", models.PROTECT, verbose_name=_("Part of task"), related_name="children")
    predecessors = ReferencesField("agenda.Task", _("Waits for"),
                                   help_text=_("It cannot start before these tasks are done."))  # fmt: skip
    estimated_hours = DecimalField(_("Estimated hours"), min=0)
    actual_hours = DecimalField(_("Actual hours"), min=0)
    billable = BooleanField(_("Billable"))
    description = LongTextField(_("Description"), aliases="Catatan|Keterangan|Deskripsi|Description")
    result = LongTextField(_("Result"))
    completed_at = DateTimeField(_("Completed"), editable=False)
    began_on = DateField(_("Repeats from"), editable=False)
    next_task = ReferenceField("self", models.SET_NULL, verbose_name=_("Next time"), related_name="+", db_index=False,
                               editable=False)  # fmt: skip

    class Meta(Record.Meta):
        verbose_name = _("task")
        verbose_name_plural = _("tasks")
        triggers = history_triggers("remind_at", "reminded_at")
        indexes = [
            *record_indexes("task", "due_on"),
            board_index("task", "status"),
            models.Index(
                fields=["remind_at"], name="task_remind", condition=models.Q(remind_at__isnull=False)
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(status=TaskStatus.DONE, progress=100, completed_at__isnull=False)
                | (~models.Q(status=TaskStatus.DONE) & models.Q(completed_at=None)),
                name="task_done_means_all",
            )
        ]

    class Module(Record.Module):
        slug = "tasks"
        area = "agenda"
        icon = "circle-check-big"
        number = "TSK-{n:05}"
        title = "subject"
        subtitle = "due_on"
        columns = ["subject", "status", "priority", "due_on", "account", "deal", "owner"]
        filters = ["status", "priority", "owner", "due_on", "account", "deal"]
        sort = ["due_on"]
        search = {"subject": "A", "description": "C", "result": "C"}
        form = [
            Section(_("Task"), "subject owner due_on due_at priority status progress start_on"),
            Section(_("About"), "account contact lead deal"),
            Section(_("Repetition and reminder"), " ".join(RULE_FIELDS) + " remind_before"),
            Section(_("Plan"), "parent predecessors estimated_hours actual_hours billable"),
            Section(_("Notes"), "description result"),
        ]
        facts = [*form, Section(_("Record"), "number completed_at next_task created_at changed_at")]
        quick = "subject due_on due_at priority account contact lead deal owner"
        headline = "due_on status"
        fill = {"account": "deal.account contact.account", "contact": "deal.contact"}
        board = Board(by="status", card=["account", "deal", "due_on", "priority", "owner"], closed=("done", "cancelled"),
                      since="changed_at")  # fmt: skip
        calendar = Calendar(start="due_on", clock="due_at", tone="priority", open=_OPEN)
        page = [
            Timeline(),
            Related("agenda.Task", by="parent", columns=["status", "due_on"], title=_("Subtasks")),
        ]
        actions = [
            Action("finish", _("Done"), icon="check", ask=("result",), when=lambda task: task.is_open),
            Action("reopen", _("Reopen"), icon="history", ask=("progress",),
                   when=lambda task: task.status == TaskStatus.DONE),
            Action("cancel", _("Cancel the task"), icon="ban", ask=("result",), quiet=True, when=lambda task: task.is_open),
            Action("finish_with_parts", _("Done, cancel its open subtasks"), icon="check-check", quiet=True,
                   when=lambda task: task.is_open),
        ]  # fmt: skip
        views = [
            View("open", _("Open"), _open_condition, "circle-check-big", ("due_on",)),
            _view(
                "today",
                _("Due today"),
                "today",
                "calendar-check",
                home=AtHome(20, _("Tasks due today"), "account priority", tick="finish"),
            ),
            View(
                "overdue",
                _("Overdue"),
                {"field": "overdue", "op": "is", "value": True},
                "clock",
                ("due_on",),
                AtHome(30, _("Overdue tasks"), "account due_on", tick="finish"),
            ),
            _view("upcoming", _("Next seven days"), "next_n_days", "calendar-days", 7),
            View(
                "done",
                _("Done"),
                {"field": "status", "op": "is", "value": "done"},
                "check-check",
                ("-completed_at",),
            ),
        ]
        closed = models.Q(status__in=CLOSED)
        aliases = {"owner": "Assigned To|Ditugaskan Kepada|Pemilik|Assignee", "number": "No. Tugas|Task No"}
        words = "tugas tasks to-do todo pekerjaan"

    @property
    def is_open(self) -> bool:
        return self.status not in CLOSED

    @computed(
        _("Overdue"), kind="boolean", needs="due_on due_at status",
        sorts_by=models.Case(
            models.When(_OPEN & models.Q(due_at__isnull=False, due_at__lt=ReaderNow()), then=models.Value(True)),
            models.When(_OPEN & models.Q(due_at=None, due_on__lt=ReaderToday()), then=models.Value(True)),
            default=models.Value(False),
        ),
    )  # fmt: skip
    def overdue(self) -> bool:
        """A task without an hour is due until its day ends where the reader is."""
        if not self.is_open or self.due_on is None:
            return False
        reader = current_reader()
        return self.due_at < reader.now() if self.due_at else self.due_on < reader.today()

    def before_save(self, change: Change) -> None:
        task_rules.keep_day_and_hour(self, change)
        task_rules.couple(self, change)
        self.plan_reminder(change, self._due_moment())

    def _due_moment(self) -> Any:
        """When a reminder counts back from: the hour, or nine in the morning of the day."""
        if not self.is_open or self.due_on is None:
            return None
        return self.due_at or task_rules.morning_of(self.due_on)

    def clean(self, change: Change) -> None:
        task_rules.check_move(self, change)
        self.check_rule(self.due_on)
        if self.start_on and self.due_on and self.due_on < self.start_on:
            raise Refusal("due_on", "OUT_OF_RANGE", _("The task would be due before it starts."))

    @classmethod
    def clean_all(cls, changes: list[Change]) -> None:
        task_rules.check_waiting(changes)
        task_rules.check_parts(changes)

    def finish(self, result: Any = None) -> Task:
        return update(self, {"status": TaskStatus.DONE, **({"result": result} if result else {})})

    def reopen(self, progress: Any = None) -> Task:
        values = {"progress": progress} if progress and str(progress).strip() != "100" else {}
        return update(self, {"status": TaskStatus.RUNNING, **values})

    def cancel(self, result: Any = None) -> Task:
        return update(self, {"status": TaskStatus.CANCELLED, **({"result": result} if result else {})})

    def finish_with_parts(self) -> Task:
        """Done; whatever is open below it is cancelled in the same breath."""
        task_rules.cancel_parts(self)
        return self.finish()

    @property
    def next_due(self) -> Any:
        """The day this task is due again, None when it does not repeat any more."""
        return task_rules.next_due(self)
