"""Asked: what a request says: its parameters, wherever they stand: in the address, a form, or JSON."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.http import HttpRequest
from django.http.multipartparser import MultiPartParserError

from relasi.engine.activity.attachment import MOST_FILES, largest
from relasi.features.compat.values import plain
from relasi.features.compat.wrong import Wrong

AROUND = 1024 * 1024  # bytes a request may have beside its files
UPLOADS = ("filename", "file", "filename[]")


@dataclass
class Asked:
    """values: by name. What a program sent as JSON inside a text is read where it is needed."""

    request: HttpRequest
    values: dict[str, Any] = field(default_factory=dict)

    def text(self, *names: str) -> str:
        """The first of these parameters that is there, as text."""
        return next(
            (plain(self.values[name]).strip() for name in names if self.values.get(name) is not None), ""
        )

    def structure(self, name: str) -> Any:
        """A parameter that holds JSON; what cannot be read is nothing, as in the original."""
        found = self.values.get(name)
        if not isinstance(found, str):
            return found
        try:
            return json.loads(found)
        except (ValueError, RecursionError):
            return None

    def element(self) -> dict[str, Any]:
        found = self.structure("element")
        return found if isinstance(found, dict) else {}

    def listed(self, name: str) -> list[str]:
        """One value, a JSON list of them, or a parameter sent several times."""
        found = self.structure(name)
        if found is None:
            found = self.values.get(f"{name}[]", self.values.get(name))
        if found is None or found == "":
            return []
        return [plain(one).strip() for one in (found if isinstance(found, list) else [found])]

    @property
    def upload(self) -> Any:
        return next((self.request.FILES[name] for name in UPLOADS if name in self.request.FILES), None)


def read(request: HttpRequest) -> Asked:
    """Raises Wrong for a body that cannot be read."""
    asked = Asked(request)
    _add(asked, request.GET)
    try:
        length = request.META.get("CONTENT_LENGTH") or "0"
        if length.isdigit() and int(length) > largest() * MOST_FILES + AROUND:
            raise RequestDataTooBig
        if request.content_type in ("application/x-www-form-urlencoded", "multipart/form-data"):
            _add(asked, request.POST)
        elif request.body.strip():
            asked.values |= _json(request.body)
    except RequestDataTooBig:
        raise Wrong("ACCESS_DENIED", "That is too much at once") from None
    except (SuspiciousOperation, MultiPartParserError, UnicodeDecodeError):
        raise Wrong("ACCESS_DENIED", "The request cannot be read") from None
    return asked


def _add(asked: Asked, given: Any) -> None:
    for name in given:
        found = given.getlist(name)
        asked.values[name] = found if name.endswith("[]") else found[-1]


def _json(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        raise Wrong("ACCESS_DENIED", "The body is not JSON that can be read") from None
    return found if isinstance(found, dict) else {}
