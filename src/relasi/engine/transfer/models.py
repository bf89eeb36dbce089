"""The table of contents of this app."""

from relasi.engine.transfer.export import ExportJob
from relasi.engine.transfer.foreign_id import ForeignId
from relasi.engine.transfer.import_ import ImportFault, ImportJob, ImportMap

__all__ = ["ExportJob", "ForeignId", "ImportFault", "ImportJob", "ImportMap"]
