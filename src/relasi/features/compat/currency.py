"""Currency: programs know currencies as records; here they are letters. The company's own is 21x1, as everywhere.

The number of any other is made of its three letters, so it is the same on every installation.
"""

from __future__ import annotations

from typing import Any

from django.db.models import F, Q
from django.utils import translation

from relasi.engine.access.company import company
from relasi.engine.declare.module import Module
from relasi.engine.fields.kind import kind_of
from relasi.engine.fields.money import active_currencies
from relasi.features.compat.field import Field, Given, choose
from relasi.features.compat.ids import CURRENCY, read_id
from relasi.features.compat.values import plain
from relasi.features.compat.wrong import wrong_reference

OWN, OTHERS = 1, 1000


def number_of(code: str) -> int:
    if code == company().currency:
        return OWN
    first, second, third = (ord(sign) - ord("A") for sign in code)
    return OTHERS + first * 676 + second * 26 + third


def code_of(number: int) -> str | None:
    if number == OWN:
        return company().currency
    rest = number - OTHERS
    if not 0 <= rest < 26**3:
        return None
    code = "".join(chr(ord("A") + rest // step % 26) for step in (676, 26, 1))
    return code if code in active_currencies() else None


class CurrencyRef(Field):
    type = "reference"

    def __init__(self, name: str, path: str):
        super().__init__(name)
        self.path, self.needs = path, (path,)

    def of(self, module: Module) -> Field:
        kind = kind_of(module.fields[self.path])
        self.editable = kind.editable
        with translation.override("en"):
            self.label = str(kind.label)
        return self

    def told(self, record: Any) -> str:
        return f"{CURRENCY}x{number_of(getattr(record, self.path) or company().currency)}"

    def put(self, raw: Any, given: Given) -> None:
        text = plain(raw).strip().upper().replace("X", "x")
        if not text:
            return
        if text in active_currencies():
            given.values[self.path] = text
            return
        id = read_id(text if "x" in text else f"{CURRENCY}x{text}")
        code = code_of(id.record) if id is not None and id.module == CURRENCY else None
        if code is None:
            raise wrong_reference(self.name)
        given.values[self.path] = code

    def where(self, op: str, values: tuple[str, ...]) -> Q:
        words = {code: f"{CURRENCY}x{number_of(code)}" for code in active_currencies()}
        return choose(self.path, words, op, values)

    def order(self) -> Any:
        return F(self.path)

    def type_told(self) -> dict[str, Any]:
        return {"name": "reference", "refersTo": ["Currency"]}
