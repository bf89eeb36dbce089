"""vCard writing: people and companies as contact cards (3.0) that phones, mail programs and our own import read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from relasi.engine.declare.words import CardWriter
from relasi.engine.query.icalendar import escaped, folded

# Field -> property with its types. The order is that of the card.
_PHONES = (
    ("mobile", "TEL;TYPE=CELL"),
    ("whatsapp", "TEL;TYPE=CELL"),
    ("office_phone", "TEL;TYPE=WORK,VOICE"),
    ("phone", "TEL;TYPE=WORK,VOICE"),
    ("home_phone", "TEL;TYPE=HOME,VOICE"),
    ("other_phone", "TEL;TYPE=VOICE"),
    ("fax", "TEL;TYPE=WORK,FAX"),
)
_MAILS = (
    ("email", "EMAIL;TYPE=INTERNET,PREF"),
    ("secondary_email", "EMAIL;TYPE=INTERNET"),
    ("other_email", "EMAIL;TYPE=INTERNET"),
)
_ADDRESSES = (
    ("mailing_address", "ADR;TYPE=WORK,PREF"),
    ("billing_address", "ADR;TYPE=WORK,PREF"),
    ("address", "ADR;TYPE=WORK,PREF"),
    ("other_address", "ADR;TYPE=HOME"),
    ("shipping_address", "ADR;TYPE=POSTAL"),
)


def person_card(id: int, values: Mapping[str, Any]) -> str:
    """values: field name -> text, date or parts of an address; what its reader may not see is not among them."""
    text = _Texts(values)
    first, last = text("first_name"), text("last_name")
    company = text("account") or text("company")
    full = (
        " ".join(one for one in (text("salutation"), first, last) if one) or company or text("email") or "-"
    )
    lines = [
        f"N:{_parts(last, first, '', text('salutation'), '')}",
        f"FN:{escaped(full)}",
    ]
    if company or text("department"):
        lines.append(
            f"ORG:{_parts(company, text('department'))}" if text("department") else f"ORG:{escaped(company)}"
        )
    lines += _plain(text, ("title", "TITLE"))
    lines += _reached(text)
    if text("assistant_phone"):
        lines += [f"item1.TEL:{escaped(text('assistant_phone'))}", "item1.X-ABLabel:Assistant"]
    lines += _plain(text, ("assistant", "X-MS-ASSISTANT"))
    born = values.get("birthdate")
    if isinstance(born, date):
        lines.append(f"BDAY:{born:%Y-%m-%d}")
    return _card(
        id, [*lines, *_addresses(values), *_plain(text, ("website", "URL"), ("description", "NOTE"))]
    )


def company_card(id: int, values: Mapping[str, Any]) -> str:
    """The same of a company, which a phone shows by its name."""
    text = _Texts(values)
    name = text("name") or "-"
    lines = ["N:;;;;", f"FN:{escaped(name)}", f"ORG:{escaped(name)}", "X-ABShowAs:COMPANY", *_reached(text)]
    return _card(
        id, [*lines, *_addresses(values), *_plain(text, ("website", "URL"), ("description", "NOTE"))]
    )


class _Texts:
    """A text by its field, empty where there is none. No mark that ends a line early is in it."""

    def __init__(self, values: Mapping[str, Any]):
        self._values = values

    def __call__(self, name: str) -> str:
        value = self._values.get(name)
        return _clean(value) if isinstance(value, str) else ""


def _clean(text: str) -> str:
    return "".join(mark for mark in text if mark in "\n\r\t" or mark.isprintable()).strip()


def _plain(text: _Texts, *pairs: tuple[str, str]) -> Iterator[str]:
    for field, name in pairs:
        if text(field):
            yield f"{name}:{escaped(text(field))}"


def _reached(text: _Texts) -> list[str]:
    """Each number and address once, under the first field that holds it."""
    found: dict[str, str] = {}
    for field, name in (*_MAILS, *_PHONES):
        if text(field):
            found.setdefault(text(field), name)
    return [f"{name}:{escaped(value)}" for value, name in found.items()]


def _addresses(values: Mapping[str, Any]) -> Iterator[str]:
    for field, name in _ADDRESSES:
        parts = values.get(field)
        if not isinstance(parts, Mapping) or not any(parts.values()):
            continue
        given = {key: _clean(str(value or "")) for key, value in parts.items()}
        street = ", ".join(
            one
            for one in (
                given.get("street"),
                f"RT/RW {given['rt_rw']}" if given.get("rt_rw") else "",
                given.get("kelurahan"),
                given.get("kecamatan"),
            )
            if one
        )
        rest = (given.get(key, "") for key in ("city", "province", "postal_code", "country"))
        yield f"{name}:{_parts(given.get('po_box', ''), '', street, *rest)}"


def _parts(*texts: str) -> str:
    return ";".join(escaped(text) for text in texts)


def _card(id: int, lines: list[str]) -> str:
    all_ = [
        "BEGIN:VCARD",
        "VERSION:3.0",
        "PRODID:-//Relasi//Relasi//ID",
        *lines,
        f"UID:{id}@relasi",
        "END:VCARD",
    ]
    return "".join(folded(line) for line in all_)


_SHARED = ("website", "description", "email", "other_phone")
PERSON = CardWriter(
    person_card,
    (
        "salutation", "first_name", "last_name", "account", "company", "department", "title", "secondary_email", "mobile",
        "whatsapp", "phone", "office_phone", "home_phone", "assistant", "assistant_phone", "birthdate", "mailing_address",
        "address", "other_address", *_SHARED,
    ),
)  # fmt: skip
COMPANY = CardWriter(
    company_card, ("name", "phone", "fax", "other_email", "billing_address", "shipping_address", *_SHARED)
)
