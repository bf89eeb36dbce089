"""The table of contents of this area."""

from relasi.modules.agenda.event import Event
from relasi.modules.agenda.invitee import Invitee
from relasi.modules.agenda.task import Task

__all__ = ["Event", "Invitee", "Task"]
