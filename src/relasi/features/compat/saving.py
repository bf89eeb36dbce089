"""Saving: what a program sent goes through the write door as the person it works for, with all its rules."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any

from django.db import transaction

from relasi.engine.access.acting import current_acting
from relasi.engine.declare.module import Module
from relasi.engine.fields.kind import Invalid
from relasi.engine.records.refusal import Refused
from relasi.engine.records.write import Draft, write
from relasi.features.compat import trade
from relasi.features.compat.field import Field, Given
from relasi.features.compat.references import OwnerRef
from relasi.features.compat.values import plain
from relasi.features.compat.wrong import Wrong, denied, no_value, of_refused

TRIES = 6  # a write warns of one thing after the other


def create(face: Any, element: dict[str, Any]) -> dict[str, Any]:
    """A new record. Raises Wrong, and nothing has changed."""
    if not face.opens("create"):
        raise denied(f"for name : {face.name}")
    given = Given(None, element)
    _mandatory(face, element, face.open_to("create"))
    _take(face, given, "create")
    with told_as(face, "FAILED_TO_CREATE"), transaction.atomic():
        later = trade.prepare(face, given)
        record = through(face.module, given)
        if later:
            through(face.module, Given(record, element, later))
    return trade.with_numbers(face, face.whole(_again(face, record)))


def update(face: Any, record: Any, element: dict[str, Any], *, whole: bool) -> dict[str, Any]:
    """What is not sent stays. whole: what must be filled in has to be among it. Raises Wrong."""
    if whole:
        _mandatory(face, element, face.open_to("edit"))
    given = Given(record, element)
    _take(face, given, "edit")
    with told_as(face, "FAILED_TO_UPDATE"), transaction.atomic():
        later = trade.prepare(face, given)
        if given.values or given.over or given.lines is not None:
            through(face.module, given)
        if later:
            through(face.module, Given(record, element, later))
    return face.whole(_again(face, record))


def remove(face: Any, record: Any) -> None:
    """Into the recycle bin. Raises Wrong."""
    if not face.opens("delete"):
        raise denied("for id")
    with told_as(face, "ACCESS_DENIED"):
        confirming(face.module, lambda: [Draft({}, id=record.pk)], verb="trash")


def _again(face: Any, record: Any) -> Any:
    """As it stands now. Whoever gave it away is told what they gave."""
    found = face.rows().select_related("owner").filter(pk=record.pk).first()
    return (
        face.module.model._base_manager.select_related("owner").get(pk=record.pk) if found is None else found
    )


def _mandatory(face: Any, element: dict[str, Any], fields: dict[str, Field]) -> None:
    for name, one in fields.items():
        if (
            one.mandatory
            and one.editable
            and not isinstance(one, OwnerRef)
            and not plain(element.get(name)).strip()
        ):
            raise no_value(name)


def _take(face: Any, given: Given, verb: str) -> None:
    """Reads every value that is sent for a field the person sees; what programs send back as they read it is left alone."""
    fields, writable = face.fields, face.open_to(verb)
    code = "FAILED_TO_CREATE" if verb == "create" else "FAILED_TO_UPDATE"
    if given.record is not None:
        face.load([given.record], fields)
    for name, one in fields.items():
        if name not in given.element or name == "id":
            continue
        raw = given.element[name]
        if given.record is not None and plain(raw) == one.told(given.record):
            continue
        if one.editable and name not in writable and plain(raw).strip():
            raise denied(f"for {name}")
        if (one.editable and name in writable) or _notes(one):
            try:
                one.put(raw, given)
            except Invalid as wrong:
                raise Wrong(code, f"{name}: {wrong.message}") from None


def _notes(field: Field) -> bool:
    return not field.editable and not field.needs


def through(module: Module, given: Given) -> Any:
    """One record through the write door. Raises Refused."""
    id = given.record.pk if given.record is not None else None
    if given.notes:
        stretch = current_acting()
        stretch.reason = "; ".join([str(stretch.reason), *given.notes])[:2000]

    def draft() -> list[Draft]:
        return [
            Draft(
                deepcopy(given.values), id=id, over=deepcopy(given.over) or None, lines=deepcopy(given.lines)
            )
        ]

    return confirming(module, draft).records[0]


def confirming(module: Module, drafts: Callable[[], list[Draft]], **how: Any) -> Any:
    """A program cannot be asked whether it is sure, so what a person would be asked about is taken as meant.

    What is refused outright stays refused: Refused is raised."""
    confirmed: set[str] = set()
    for _try in range(TRIES):
        try:
            return write(module, drafts(), confirmed=sorted(confirmed), **how)
        except Refused as refused:
            asked = {str(one.more.get("confirm") or "") for one in refused.refusals}
            if "" in asked or asked <= confirmed:
                raise
            confirmed |= asked
    return write(module, drafts(), confirmed=sorted(confirmed), **how)


class told_as:
    """Turns what the door refuses into the codes and field names of the program."""

    def __init__(self, face: Any, code: str):
        self.face, self.code = face, code

    def __enter__(self) -> None:
        return None

    def __exit__(self, _type: Any, error: Any, _trace: Any) -> None:
        if isinstance(error, Refused):
            raise of_refused(error, self.name_of, self.code) from None

    def name_of(self, ours: str) -> str:
        """Field of ours -> what programs call it."""
        for name, one in self.face.fields.items():
            if ours in one.needs:
                return name
        return ours
