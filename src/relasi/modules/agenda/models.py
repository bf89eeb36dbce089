"""The table of contents of this area."""

from relasi.modules.agenda.event import Event
from relasi.modules.agenda.invitee import Invitee
from relasi.modules.agenda.task import Task
from relasi.modules.agenda.working_hours import Holiday, OtherHours, WorkingHours

__all__ = ["Event", "Holiday", "Invitee", "OtherHours", "Task", "WorkingHours"]
