"""Inputs: the control of a kind, a whole field with its label, and what a condition compares with."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import jinja2
from django.template import engines
from django.utils.translation import gettext as _
from markupsafe import Markup

from relasi.engine.fields.dates import DateKind
from relasi.engine.fields.kind import Kind
from relasi.engine.fields.operators import operator_of
from relasi.engine.fields.reader import Reader, current_reader
from relasi.engine.fields.reference import ReferenceKind, ReferencesKind

# Kinds made of several controls, and those too wide for half a form.
GROUPS = frozenset({"multi_choice", "address"})
WIDE = frozenset({"long_text", "rich_text", "address", "multi_choice", "references"})


def template_macro(template: str, name: str) -> Any:
    """A macro of templates/fields/<template>.html, to be called with its arguments."""
    environment: jinja2.Environment = engines["jinja2"].env  # type: ignore[attr-defined]
    return getattr(environment.get_template(f"fields/{template}.html").module, name)


def render_control(
    kind: Kind,
    value: Any,
    *,
    name: str = "",
    id: str = "",
    error: str = "",
    attrs: Mapping[str, Any] | None = None,
    reader: Reader | None = None,
    **more: Any,
) -> Markup:
    """The control alone. value: as stored, or the raw text that was refused. attrs: win over our own."""
    name = name or kind.key
    id = id or f"f-{name}"
    ours = {"id": id, "aria-invalid": "true" if error else None}
    draw = template_macro(kind.input, "input")
    return draw(kind, value, reader or current_reader(), name, id, error, {**ours, **(attrs or {})}, **more)


def render_input(
    kind: Kind,
    value: Any,
    *,
    name: str = "",
    id: str = "",
    error: str = "",
    hint: str | None = None,
    attrs: Mapping[str, Any] | None = None,
    reader: Reader | None = None,
) -> Markup:
    """The whole field: label, control, hint and error."""
    name = name or kind.key
    id = id or f"f-{name}"
    hint = str(kind.hint or "") if hint is None else hint
    more: dict[str, Any] = {"name": name, "id": id, "error": error, "reader": reader}
    if kind.input == "hidden":
        return render_control(kind, value, **more)
    label: dict[str, Any] = {}
    if kind.input == "boolean" and not getattr(kind, "unanswered", False):
        label = {"label": kind.label}

    def control(aria: Mapping[str, Any]) -> Markup:
        return render_control(kind, value, attrs={**aria, **(attrs or {})}, **more, **label)

    if label:
        return template_macro("_field", "ticked")(control, name, id, hint, error)
    frame = template_macro("_field", "group" if kind.input in GROUPS else "field")
    return frame(control, kind.label, name, id, hint, error, kind.required, kind.input in WIDE)


def render_operand(
    kind: Kind,
    operator: str,
    values: list[Any] | tuple[Any, ...] = (),
    *,
    name: str = "value",
    id: str = "f-value",
    reader: Reader | None = None,
) -> Markup:
    """The inputs for what an operator compares with, all under one name. values: as typed."""
    found = operator_of(kind, operator)
    if found.arity == "none":
        return Markup("")
    reader = reader or current_reader()
    if found.arity == "many":
        return _several(kind, list(values), name, id, reader)
    first, second = (*values, "", "")[:2]
    controls = [partial(_single, kind, found.input, value, name, reader) for value in (first, second)]
    if found.arity == "two":
        return template_macro("operand", "two")(*controls, id)
    return template_macro("operand", "one")(controls[0], _("Value"), id)


def _single(kind: Kind, input: str, value: Any, name: str, reader: Reader, aria: Mapping[str, Any]) -> Markup:
    if input:
        return template_macro("operand", input)(name, value, aria)
    if kind.input == "boolean":
        return template_macro("boolean", "answer")(kind, value, reader, name, aria)
    if isinstance(kind, DateKind):
        return template_macro("operand", "day")(name, value, DateKind.picks(kind, value), aria)
    return render_control(kind, value, name=name, id=str(aria["id"]), attrs=aria, reader=reader)


# So many values are offered as boxes to tick; more as a list to choose from.
MOST_BOXES = 40


def _several(kind: Kind, values: list[Any], name: str, id: str, reader: Reader) -> Markup:
    label: Any = kind.label
    frame, draw = "one", partial(template_macro("operand", "lines"), name, "\n".join(map(str, values)))
    if isinstance(kind, ReferenceKind | ReferencesKind):
        chosen = [one for one in map(kind.chosen_one, values) if one]
        draw = partial(template_macro("operand", "lookup"), kind, name, chosen)
    elif hasattr(kind, "listed"):
        options = kind.listed(values, reader)
        frame, macro = ("group", "boxes") if len(options) <= MOST_BOXES else ("one", "many")
        draw = partial(template_macro("operand", macro), name, options, values)
    else:
        label = _("Values, one on each line")
    return template_macro("operand", frame)(draw, label, id)
