"""The table of contents of this app."""

from relasi.engine.customize.custom_field import CustomField
from relasi.engine.customize.custom_value import CustomValue, NewValues

__all__ = ["CustomField", "CustomValue", "NewValues"]
