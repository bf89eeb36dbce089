"""The table of contents of this app."""

from relasi.engine.bulk.job import BulkFault, BulkJob, BulkSlice

__all__ = ["BulkFault", "BulkJob", "BulkSlice"]
