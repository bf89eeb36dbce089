"""Given: what a request holds, read strictly: the body, the parameters, the version, the values of fields."""

from __future__ import annotations

import json
import re
from typing import Any

from django.conf import settings
from django.core import signing
from django.http import HttpRequest
from django.utils.translation import gettext as _

from relasi.engine.api.problem import Problem
from relasi.engine.declare.module import Module
from relasi.engine.fields.kind import UNSTORABLE, Kind, kind_of
from relasi.engine.fields.reference import ReferenceKind, ReferencesKind
from relasi.engine.records.refusal import Refusal, Refused

SIZE, MOST = 50, 200
LARGEST_ID = 2**63 - 1
_ETAG = re.compile(r'(?:W/)?"(\d{1,9})"')


def body_of(request: HttpRequest) -> dict[str, Any]:
    """The JSON object of the body; an empty body is an empty object."""
    if request.body and request.content_type != "application/json":
        raise Problem(415, "INVALID_VALUE", _("Send the body as application/json."), "Content-Type")
    try:
        found, unfit = json_of(request.body or b"{}")
    except ValueError:
        raise Problem(400, "INVALID_VALUE", _("The body is not JSON that can be read.")) from None
    if not isinstance(found, dict):
        raise Problem(400, "INVALID_VALUE", _("The body must be a JSON object."))
    if unfit:
        raise Problem(400, "INVALID_VALUE", _("The body holds signs that no text of ours can hold."))
    return found


def json_of(text: str | bytes) -> tuple[Any, bool]:
    """What the text says, and whether it holds signs or numbers that we cannot store. Raises ValueError."""
    try:
        found = json.loads(text, parse_constant=_no_number)
        return found, _holds_unstorable(found)
    except RecursionError:
        raise ValueError("too deep") from None


def _no_number(word: str) -> Any:
    raise ValueError(word)


def _holds_unstorable(value: Any) -> bool:
    if isinstance(value, str):
        return bool(UNSTORABLE.search(value))
    if isinstance(value, dict):
        return any(_holds_unstorable(key) or _holds_unstorable(one) for key, one in value.items())
    if isinstance(value, float):
        return value in (float("inf"), float("-inf"))
    return isinstance(value, list) and any(map(_holds_unstorable, value))


def only(found: dict[str, Any], *names: str) -> dict[str, Any]:
    """The body, which may hold nothing but these."""
    for name in found.keys() - {*names}:
        raise Problem(422, "INVALID_VALUE", _("There is no such field."), name)
    return found


def parameters(request: HttpRequest, *names: str) -> dict[str, str]:
    """The parameters of the address: each once, none that is not known."""
    for name, values in request.GET.lists():
        if name not in names:
            raise Problem(400, "INVALID_VALUE", _("There is no such parameter."), name)
        if len(values) > 1:
            raise Problem(400, "INVALID_VALUE", _("Give this parameter once."), name)
    return {name: request.GET.get(name, "") for name in names}


def size_of(text: str, most: int = MOST) -> int:
    if not text:
        return min(SIZE, most)
    if not (text.isascii() and text.isdigit() and len(text) < 6 and 1 <= int(text) <= most):
        sentence = _("A page has 1 to %(most)s records.") % {"most": most}
        raise Problem(400, "OUT_OF_RANGE", sentence, "size")
    return int(text)


def listed(text: str) -> list[str]:
    return list(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))


def yes(text: str, name: str) -> bool:
    if text not in ("", "true", "false"):
        raise Problem(400, "INVALID_VALUE", _("This is true or false."), name)
    return text == "true"


def condition_of(text: str) -> Any:
    """The JSON of a condition; what it means is read by engine.query.condition."""
    if not text:
        return None
    try:
        found = json.loads(text, parse_constant=_no_number)
        unfit = _holds_unstorable(found)
    except (ValueError, RecursionError):
        unfit = True
    if unfit or not isinstance(found, dict):
        raise Problem(400, "INVALID_VALUE", _("This filter cannot be read."), "filter")
    return found


def sealed(cursor: str | None, *about: Any) -> str | None:
    """A cursor that only we can have written, for this list in this order alone."""
    return None if cursor is None else signing.Signer(salt=f"api.cursor{about}").sign(cursor)


def unsealed(text: str, *about: Any) -> str:
    try:
        return signing.Signer(salt=f"api.cursor{about}").unsign(text) if text else ""
    except signing.BadSignature:
        sentence = _("This page of the list cannot be found. Start again from the first.")
        raise Problem(400, "INVALID_VALUE", sentence, "after") from None


def version_of(request: HttpRequest) -> int | None:
    """The version named by If-Match; None for any. 428 where one must be named and none is."""
    text = request.headers.get("If-Match", "").strip()
    if not text and settings.API_NEEDS_MATCH:
        raise Problem(428, "REQUIRED", _("Send the ETag you saw in If-Match."), "If-Match")
    if text in ("", "*"):
        return None
    match = _ETAG.fullmatch(text)
    if match is None:
        raise Problem(400, "INVALID_VALUE", _("If-Match holds an ETag of ours, or *."), "If-Match")
    return int(match[1])


def whole_number(value: Any, name: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= LARGEST_ID:
        raise Problem(422, "INVALID_VALUE", _("This must be a whole number."), name)
    return value


def values_in(module: Module, given: dict[str, Any]) -> dict[str, Any]:
    """Raw values by field name, each of a JSON type its kind can read. Raises Refused, naming every wrong one."""
    refusals = []
    for name, value in given.items():
        field = module.fields.get(name)
        if field is not None and not _fits(kind_of(field), value):
            refusals.append(Refusal(name, "INVALID_VALUE", _("A value of this type does not belong here.")))
    if refusals:
        raise Refused(refusals)
    return dict(given)


def lines_in(module: Module, given: dict[str, Any]) -> list[dict[str, Any]] | None:
    """Takes the lines out of the values; None where none are given or the module has none."""
    if module.lines_module is None or "lines" not in given:
        return None
    lines = given.pop("lines")
    if not isinstance(lines, list) or not all(isinstance(one, dict) for one in lines):
        raise Refused([Refusal("lines", "INVALID_VALUE", _("Lines are a list of objects."))])
    found = []
    for line in lines:
        id = line.get("id")
        if id is not None:
            whole_number(id, "lines")
        found.append({**values_in(module.lines_module, {k: v for k, v in line.items() if k != "id"}),
                      **({"id": id} if id is not None else {})})  # fmt: skip
    return found


def _fits(kind: Kind, value: Any) -> bool:
    if value is None or isinstance(value, str):
        return True
    types = kind.schema().get("type", [])
    types = [types] if isinstance(types, str) else types
    if isinstance(value, bool):
        return "boolean" in types
    if isinstance(value, int | float):
        if isinstance(kind, ReferenceKind):
            return isinstance(value, int) and 0 <= value <= LARGEST_ID
        return {"array", "object", "boolean"}.isdisjoint(types)
    if isinstance(value, list):
        return "array" in types and all(_fits_inside(kind, one) for one in value)
    return "object" in types and all(one is None or isinstance(one, str) for one in value.values())


def _fits_inside(kind: Kind, value: Any) -> bool:
    if isinstance(kind, ReferencesKind) and isinstance(value, int) and not isinstance(value, bool):
        return 0 <= value <= LARGEST_ID
    # What stands inside an object is for the kind to read and to refuse.
    if isinstance(value, dict):
        return kind.schema().get("items", {}).get("type") == "object"
    return isinstance(value, str)
