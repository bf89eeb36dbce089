"""Stages of deals under the names programs know: those of won and lost, and of the usual stages on the way."""

from __future__ import annotations

from typing import Any

from django.db.models import F, Q

from relasi.engine.declare.module import Module
from relasi.engine.declare.registry import registry
from relasi.engine.fields.kind import Invalid
from relasi.features.compat.field import Field, Given, choose
from relasi.features.compat.values import plain

ENDS = {"won": "Closed Won", "lost": "Closed Lost"}
# English name of a stage of ours -> what programs call it.
USUAL = {
    "New Prospect": "Prospecting",
    "Price Quote": "Proposal or Price Quote",
    "Negotiation": "Negotiation or Review",
}
# Other words for it, and stages programs know that lie between two of ours.
WRITTEN = {
    "proposal/price quote": "Proposal or Price Quote", "negotiation/review": "Negotiation or Review",
    "id. decision makers": "Value Proposition", "perception analysis": "Value Proposition",
}  # fmt: skip


class StageField(Field):
    type, label, mandatory = "picklist", "Sales Stage", False
    needs = ("stage",)

    def of(self, module: Module) -> Field:
        self.model = registry.module("sales.Stage").model
        return self

    def stages(self) -> list[Any]:
        """All stages, those of the first pipeline first, in the order of each."""
        rows = self.model._base_manager.select_related("pipeline")
        return list(rows.order_by("pipeline__position", "pipeline_id", "position", "pk"))

    def told(self, record: Any) -> str:
        return word_of(record.stage)

    def put(self, raw: Any, given: Given) -> None:
        text = " ".join(plain(raw).split()).casefold()
        if not text:
            return
        text = WRITTEN.get(text, text).casefold()
        living = [one for one in self.stages() if one.trashed_at is None and one.active]
        mine = given.now("pipeline_id")
        found = [one for one in living if text in words_of(one)]
        found.sort(key=lambda one: one.pipeline_id != mine)
        if not found:
            raise Invalid(f"“{plain(raw)[:60]}” is not one of the stages.")
        given.values["stage"] = found[0].pk
        if (
            found[0].outcome == "lost"
            and not given.now("lost_reason")
            and not given.element.get("lost_reason")
        ):
            given.values["lost_reason"] = "other"  # programs know no reasons, and a lost deal has one

    def where(self, op: str, values: tuple[str, ...]) -> Q:
        return choose("stage_id", {one.pk: word_of(one) for one in self.stages()}, op, values)

    def order(self) -> Any:
        return F("stage__position")

    def type_told(self) -> dict[str, Any]:
        living = [one for one in self.stages() if one.trashed_at is None and one.active]
        words = list(dict.fromkeys(word_of(one) for one in living))
        values = [{"label": word, "value": word} for word in words]
        return {"name": "picklist", "picklistValues": values, "defaultValue": words[0] if words else ""}

    @property
    def related(self) -> tuple[str, ...]:
        return ("stage",)


def word_of(stage: Any) -> str:
    name = stage.name_en or stage.name
    return ENDS.get(stage.outcome) or USUAL.get(name, name)


def words_of(stage: Any) -> set[str]:
    """Everything that names the stage, in one letter case."""
    return {word.casefold() for word in (word_of(stage), stage.name, stage.name_en) if word}
