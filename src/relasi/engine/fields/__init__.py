"""Kinds of value: one file for each, holding the field a module declares and all the faces of its values."""

from relasi.engine.fields.address import AddressField
from relasi.engine.fields.auto_number import NumberField
from relasi.engine.fields.boolean import BooleanField
from relasi.engine.fields.choice import ChoiceField, Choices, MultiChoiceField
from relasi.engine.fields.dates import DateField, DateTimeField
from relasi.engine.fields.email import EmailField
from relasi.engine.fields.image import ImageField
from relasi.engine.fields.json import HiddenField
from relasi.engine.fields.money import CurrencyField, MoneyField
from relasi.engine.fields.numbers import DecimalField, IntegerField, PercentField
from relasi.engine.fields.owner import OwnerField
from relasi.engine.fields.phone import PhoneField
from relasi.engine.fields.reference import ReferenceField, ReferencesField
from relasi.engine.fields.rich_text import RichTextField
from relasi.engine.fields.text import LongTextField, TextField
from relasi.engine.fields.url import UrlField

__all__ = [
    "AddressField", "BooleanField", "ChoiceField", "Choices", "CurrencyField", "DateField", "DateTimeField",
    "DecimalField", "EmailField", "HiddenField", "ImageField", "IntegerField", "LongTextField", "MoneyField",
    "MultiChoiceField", "NumberField", "OwnerField", "PercentField", "PhoneField", "ReferenceField",
    "ReferencesField", "RichTextField", "TextField", "UrlField",
]  # fmt: skip
