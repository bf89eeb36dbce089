"""The table of contents of this app."""

from relasi.engine.transfer.import_ import ImportFault, ImportJob, ImportMap

__all__ = ["ImportFault", "ImportJob", "ImportMap"]
