"""The table of contents of this app."""

from relasi.engine.customize.choice_list import ChoiceList, ListValue
from relasi.engine.customize.custom_field import CustomField
from relasi.engine.customize.custom_value import CustomValue
from relasi.engine.customize.field_rule import FieldRule
from relasi.engine.customize.label import Label
from relasi.engine.customize.layout import Layout
from relasi.engine.customize.value import NewValues

__all__ = [
    "ChoiceList",
    "CustomField",
    "CustomValue",
    "FieldRule",
    "Label",
    "Layout",
    "ListValue",
    "NewValues",
]
