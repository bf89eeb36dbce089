"""Tables of scheduled exports."""

from relasi.features.scheduled_exports.run import ExportRun
from relasi.features.scheduled_exports.schedule import ScheduleClock, ScheduledExport

__all__ = ["ExportRun", "ScheduleClock", "ScheduledExport"]
