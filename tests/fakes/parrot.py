"""Parrot: a bird with a value of every kind."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from relasi.engine.declare.computed import computed
from relasi.engine.declare.tracked import history_triggers
from relasi.engine.declare.words import A, B, C, Section
from relasi.engine.fields import (
    AddressField,
    BooleanField,
    ChoiceField,
    Choices,
    CurrencyField,
    DateField,
    DateTimeField,
    DecimalField,
    EmailField,
    HiddenField,
    ImageField,
    IntegerField,
    LongTextField,
    MoneyField,
    MultiChoiceField,
    PercentField,
    PhoneField,
    ReferenceField,
    ReferencesField,
    RichTextField,
    TextField,
    UrlField,
)
from relasi.engine.records.record import Record


class Mood(Choices):
    CALM = "calm", _("Calm"), "hijau"
    LOUD = "loud", _("Loud"), "kuning", "ribut|berisik"
    ANGRY = "angry", _("Angry"), "merah"
    ASLEEP = "asleep", _("Asleep")


class Colour(Choices):
    GREEN = "green", _("Green")
    RED = "red", _("Red")
    BLUE = "blue", _("Blue")
    GREY = "grey", _("Grey")


class Parrot(Record):
    name = TextField(_("Name"), required=True, aliases="Nama Burung|Bird")
    nickname = TextField("Nickname", max_length=50)
    story = LongTextField("Story")
    diet = RichTextField("Diet")
    mood = ChoiceField(Mood, "Mood", default=Mood.CALM)
    colours = MultiChoiceField(Colour, "Colours")
    age_years = IntegerField("Age", min=0, max=150)
    weight = DecimalField("Weight")
    chatter = PercentField("Chatter", bar=True)
    price = MoneyField("Price", currency_field="currency")
    currency = CurrencyField("Currency")
    upkeep = MoneyField("Upkeep", min=0)
    hatched = DateField("Hatched")
    heard_at = DateTimeField("Heard at")
    tame = BooleanField("Tame")
    vaccinated = BooleanField("Vaccinated", default=None)
    email = EmailField(_("Email"))
    phone = PhoneField(_("Phone"))
    website = UrlField("Website")
    home = AddressField("Home")
    cage = ReferenceField("fakes.Cage", verbose_name="Cage", related_name="parrots")
    friends = ReferencesField("fakes.Parrot", "Friends")
    picture = ImageField("Picture")
    password = TextField("Password", secret=True)
    notes = HiddenField("Notes")

    class Meta(Record.Meta):
        abstract = False
        verbose_name = "parrot"
        verbose_name_plural = "parrots"
        triggers = history_triggers("password")

    class Module(Record.Module):
        number = "PAR-{n:05}"
        icon = "star"
        columns = ["name", "mood", "price", "hatched", "cage", "owner"]
        filters = ["mood", "owner", "cage", "price"]
        search = {"name": A, "email": B, "phone": B, "home": C, "story": C, "diet": C}
        form = [
            Section("Bird", "name nickname mood colours age_years weight chatter hatched picture"),
            Section("Money", "price currency upkeep"),
            Section("Contact", "email phone website home cage owner friends"),
            Section("Words", "story diet tame vaccinated heard_at password"),
        ]

    @computed("Days since hatched", kind="integer", needs="hatched")
    def days(self) -> int | None:
        return (timezone.localdate() - self.hatched).days if self.hatched else None

    @computed("Twice its price", kind="money", needs="price currency", sorts_by=models.F("price") * 2)
    def double_price(self) -> object:
        return None if self.price is None else self.price * 2
