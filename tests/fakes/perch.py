"""Perch: a stick in a cage: a part, seen and changed by whoever may see and change the cage."""

from django.db import models

from relasi.engine.declare.computed import computed
from relasi.engine.declare.module import Declaration
from relasi.engine.fields import Choices, IntegerField, ReferenceField, TextField
from relasi.engine.records.circle import refuse_circles
from relasi.engine.records.part import Part
from relasi.engine.records.refusal import Change

DEEPEST = 4


class Height(Choices):
    LOW = "low", "Low"
    HIGH = "high", "High"


class Perch(Part):
    cage = ReferenceField(
        "fakes.Cage", models.CASCADE, verbose_name="Cage", required=True, related_name="perches"
    )
    name = TextField("Name", required=True)
    name_en = TextField("Name in English")
    above = ReferenceField("self", verbose_name="Hangs from", related_name="+")
    level = IntegerField("Level", default=0)

    class Meta(Part.Meta):
        verbose_name = "perch"
        verbose_name_plural = "perches"

    class Module(Declaration):
        slug = "perches"
        part_of = "cage"
        title = "name"
        other_titles = "name_en"
        columns = ["name", "cage", "level"]
        sort = ["name"]

    def __str__(self) -> str:
        return self.name

    @computed(
        "Height", kind="choice", choices=Height, needs="level cage.capacity",
        sorts_by=models.Case(
            models.When(level__gt=models.F("cage__capacity"), then=models.Value("high")), default=models.Value("low")
        ),
    )  # fmt: skip
    def height(self) -> str:
        return "high" if self.cage.capacity is not None and self.level > self.cage.capacity else "low"

    @classmethod
    def clean_all(cls, changes: list[Change]) -> None:
        refuse_circles(changes, "above", "A perch cannot hang from itself.", deepest=DEEPEST)

    @classmethod
    def before_trash_all(cls, changes: list[Change]) -> None:
        for change in changes:
            if change.record.level == 9:
                change.refuse("", "LOCKED", "The highest perch stays.", confirm="trash")


class Scratch(Part):
    """What the product notes of a cage by itself: seen, never written by hand."""

    cage = ReferenceField(
        "fakes.Cage", models.CASCADE, verbose_name="Cage", required=True, related_name="scratches"
    )
    name = TextField("Name", required=True)

    class Meta(Part.Meta):
        verbose_name = "scratch"
        verbose_name_plural = "scratches"

    class Module(Declaration):
        slug = "scratches"
        part_of = "cage"
        title = "name"
        columns = ["name", "cage"]
        verbs = ("view",)

    def __str__(self) -> str:
        return self.name
