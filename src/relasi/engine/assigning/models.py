"""The table of contents of this app."""

from relasi.engine.assigning.note import AssignmentNote
from relasi.engine.assigning.rule import AssignmentRule
from relasi.engine.assigning.turn import AssignmentTurn

__all__ = ["AssignmentNote", "AssignmentRule", "AssignmentTurn"]
