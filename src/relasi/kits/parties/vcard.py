"""vCard: the cards of a .vcf file (2.1, 3.0, 4.0) as flat dictionaries for the import of contacts."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from relasi.engine.fields.invalid_text import shortened
from relasi.engine.fields.phone_number import is_mobile_key, normalize_phone, phone_key
from relasi.kits.parties.company_name import company_key
from relasi.kits.parties.person_name import split_person_columns, split_person_name
from relasi.kits.parties.spelling import word_set
from relasi.kits.parties.vcard_lines import Property, Unreadable, read_properties

NO_CARD = _("The file contains no contact card.")
OUTSIDE = _("“%(text)s” stands outside of any contact card.")
NO_END = _("The contact card has no end (the line END:VCARD is missing).")
BAD_LINE = _("“%(text)s” is no line of a contact card.")
NOTHING = _("The contact card has no name, company, e-mail address or phone number.")

FIELDS = (
    "salutation",
    "first_name",
    "last_name",
    "company",
    "department",
    "title",
    "email",
    "secondary_email",
    "mobile",
    "office_phone",
    "home_phone",
    "other_phone",
    "assistant",
    "assistant_phone",
    "street",
    "city",
    "province",
    "postal_code",
    "country",
    "birthdate",
    "website",
    "description",
)
_ENOUGH = ("last_name", "company", "email", "mobile", "office_phone", "home_phone", "other_phone")

# Said about the card itself, or said better by another property.
_NOT_KEPT = word_set(
    "BEGIN END VERSION PRODID REV UID SOURCE MAILER CLIENTPIDMAP SORT-STRING FN NAME LABEL AGENT PHOTO LOGO "
    "SOUND KEY X-MS-CARDPICTURE X-MS-OL-DESIGN X-MS-OL-DEFAULT-POSTAL-ADDRESS X-ABLABEL X-ABADR X-ABSHOWAS "
    "X-ABUID"
)
_PLAIN_TYPES = frozenset(("PREF", "VOICE", "INTERNET", "POSTAL", "PARCEL", "TEXT"))
_DATE = re.compile(r"(\d{4})-?(\d{2})-?(\d{2})(?:[T ].*)?")
_LABEL_MARKS = re.compile(r"^_\$!<(.*)>!\$_$")
_GENERATION = re.compile(r"(?i)(?:jr|sr|[ivx]+)\.?")

# Words of a phone's type or of its own label -> the field it belongs to; the first that fits counts.
_PHONE_FIELDS = (
    (frozenset(("FAX", "PAGER", "MODEM", "BBS", "HOMEFAX", "WORKFAX")), ""),
    (frozenset(("ASSISTANTPHONE", "ASSISTANT", "ASISTEN")), "assistant_phone"),
    (frozenset(("CELL", "IPHONE", "MOBILE", "HP", "WHATSAPP", "WA")), "mobile"),
    (frozenset(("WORK", "KANTOR", "MAIN", "OFFICE")), "office_phone"),
    (frozenset(("HOME", "RUMAH")), "home_phone"),
)


def read_vcards(content: bytes) -> Iterator[dict[str, Any]]:
    """Yield one dictionary for every card of a file, in order.

    A card has every key of FIELDS (texts, empty when unknown; birthdate as YYYY-MM-DD; phones as written),
    "line" where it begins, and "extra" with whatever has no field, by property name. A broken card or
    line gives {"line", "code", "error"} instead, and reading goes on.
    """
    card: _Card | None = None
    seen = outside = False
    for one in read_properties(content):
        if card is None:
            if _is(one, "BEGIN"):
                card, seen, outside = _Card(one.line), True, False
            elif not outside:
                outside = True  # one report for a run of foreign lines
                yield _error(one.line, "outside", OUTSIDE, _written(one))
        elif _is(one, "BEGIN") and not card.opens_inner_card:
            yield _error(card.line, "no_end", NO_END)
            card = _Card(one.line)
        elif card.take(one):
            yield card.entry()
            card = None
    if card is not None:
        yield _error(card.line, "no_end", NO_END)
    elif not seen and not outside:
        yield _error(1, "no_card", NO_CARD)


def _is(one: Property | Unreadable, name: str) -> bool:
    return isinstance(one, Property) and one.name == name and one.text.upper() == "VCARD"


def _written(one: Property | Unreadable) -> str:
    return one.text if isinstance(one, Unreadable) else f"{one.name}:{one.text}"


def _error(line: int, code: str, message: Any, text: str = "") -> dict[str, Any]:
    return {"line": line, "code": code, "error": str(message) % {"text": shortened(text)}}


@dataclass(slots=True)
class _Card:
    """One card while it is read."""

    line: int
    properties: list[Property] = field(default_factory=list)
    labels: dict[str, str] = field(default_factory=dict)  # group -> the phone's own name for it
    broken: Unreadable | None = None
    inner: int = 0  # how deep inside a card within this one

    @property
    def opens_inner_card(self) -> bool:
        """Whether the next BEGIN opens the card of an assistant inside this one (version 2.1)."""
        return self.inner > 0 or bool(self.properties and self.properties[-1].name == "AGENT")

    def take(self, one: Property | Unreadable) -> bool:
        """Take one line in; True when it ends the card."""
        if _is(one, "BEGIN"):
            self.inner += 1
        elif _is(one, "END"):
            self.inner -= 1
            return self.inner < 0
        elif self.inner:
            pass
        elif isinstance(one, Unreadable):
            # Some programs break the lines of their own X- properties without folding them.
            if not (self.properties and self.properties[-1].name.startswith("X-")):
                self.broken = self.broken or one
        else:
            self.properties.append(one)
            if one.name == "X-ABLABEL" and one.group:
                self.labels[one.group] = _LABEL_MARKS.sub(r"\1", one.text)
        return False

    def entry(self) -> dict[str, Any]:
        """The finished card, or the error that says what is wrong with it."""
        if self.broken:
            return _error(self.broken.line, "bad_line", BAD_LINE, self.broken.text)
        flat = _Flat(self)
        if not any(flat.values[name] for name in _ENOUGH):
            return _error(self.line, "nothing", NOTHING)
        return {"line": self.line, **flat.values, "extra": flat.extra}


class _Flat:
    """The properties of one card laid out into fields; what finds its field taken goes to `extra`."""

    def __init__(self, card: _Card) -> None:
        self.values = dict.fromkeys(FIELDS, "")
        self.extra: dict[str, str] = {}
        self.labels = card.labels
        found: dict[str, list[Property]] = {}
        for one in sorted(card.properties, key=lambda one: not one.preferred):
            found.setdefault(one.name, []).append(one)
        self._companies(found.pop("ORG", []))
        self._name(found.pop("N", []), found.get("FN", []))
        self._texts(found)
        for one in found.pop("EMAIL", []):
            self._place(one, one.text.removeprefix("mailto:"), "email", "secondary_email")
        for one in found.pop("TEL", []):
            self._phone(one)
        self._addresses(found.pop("ADR", []), found.get("LABEL", []))
        for one in found.pop("BDAY", []):
            self._birthdate(one)
        for rest in found.values():
            for one in rest:
                if one.name not in _NOT_KEPT:
                    self._keep(one, ", ".join(part for part in one.parts if part))

    def _place(self, one: Property, text: str, *names: str) -> None:
        """Put a text into the first of the fields that is empty, else into `extra`."""
        if not text or text in (self.values[name] for name in names):
            return
        for name in names:
            if not self.values[name]:
                self.values[name] = text
                return
        self._keep(one, text)

    def _keep(self, one: Property, text: str) -> None:
        if not text:
            return
        words = [one.name, *sorted(one.types - _PLAIN_TYPES)]
        if one.group in self.labels:
            words.append(self.labels[one.group])
        label = " ".join(words)
        self.extra[label] = f"{self.extra[label]}\n{text}" if label in self.extra else text

    def _companies(self, organizations: list[Property]) -> None:
        for one in organizations:
            company, *departments = one.parts
            if company and not self.values["company"]:
                self.values["company"] = company
                self.values["department"] = ", ".join(part for part in departments if part)
            elif company != self.values["company"]:
                self._keep(one, ", ".join(part for part in one.parts if part))

    def _name(self, structured: list[Property], shown: list[Property]) -> None:
        parts = next((one.parts for one in structured if any(one.parts)), [])
        family, given, more, prefix, suffix = ([*parts, "", "", "", "", ""])[:5]
        first = " ".join(part for part in (given, *more.split(",")) if part.strip())
        if first and family:
            name = split_person_columns(f"{_spaced(prefix)} {first}", family)
        elif first or family:
            name = split_person_name(f"{_spaced(prefix)} {first or family}")
        else:
            written = next((one.text for one in shown if one.text), "")
            if "@" in written or (written and company_key(written) == company_key(self.values["company"])):
                return
            name = split_person_name(written)
        salutation, first_name, last_name = name.for_contact
        if suffix and last_name:
            last_name += (
                f" {suffix}" if _GENERATION.fullmatch(suffix) else f", {', '.join(suffix.split(','))}"
            )
        self.values |= {"salutation": salutation, "first_name": first_name, "last_name": last_name}

    def _texts(self, found: dict[str, list[Property]]) -> None:
        for one in found.pop("TITLE", []):
            self._place(one, _one_line(one.text), "title")
        for one in found.pop("ROLE", []):
            self._place(one, _one_line(one.text), "title")
        for one in found.pop("URL", []):
            self._place(one, one.text, "website")
        for one in found.pop("X-MS-ASSISTANT", []):
            self._place(one, one.text, "assistant")
        self.values["description"] = "\n\n".join(one.text for one in found.pop("NOTE", []) if one.text)

    def _phone(self, one: Property) -> None:
        text = one.text.removeprefix("tel:")
        words = one.types | {self.labels.get(one.group, "").upper().replace(" ", "")}
        name = next((name for marks, name in _PHONE_FIELDS if marks & words), None)
        if name == "":
            self._keep(one, text)
        elif name:
            self._place(one, text, name, "other_phone")
        else:
            self._place(one, text, *(("mobile", "other_phone") if _is_mobile(text) else ("other_phone",)))

    def _addresses(self, addresses: list[Property], labels: list[Property]) -> None:
        addresses = [one for one in addresses if any(one.parts)]
        for one in sorted(addresses, key=_address_rank):
            parts = _address_fields(one)
            if any(self.values[name] for name in parts):
                self._keep(one, ", ".join(part for part in parts.values() if part))
            else:
                self.values |= parts
        if labels and not addresses:
            self.values["street"] = _one_line(labels[0].text)

    def _birthdate(self, one: Property) -> None:
        found = _DATE.fullmatch(one.text)
        if found and one.parameters.get("X-APPLE-OMIT-YEAR") != found[1]:
            try:
                self._place(one, date(int(found[1]), int(found[2]), int(found[3])).isoformat(), "birthdate")
                return
            except ValueError:
                pass
        self._keep(one, one.text)


def _spaced(prefix: str) -> str:
    return " ".join(part.strip() for part in prefix.split(","))


def _one_line(text: str) -> str:
    return ", ".join(line for line in (line.strip(" ,") for line in text.splitlines()) if line)


def _is_mobile(text: str) -> bool:
    try:
        return is_mobile_key(phone_key(normalize_phone(text)))
    except ValueError:
        return False


def _address_rank(one: Property) -> tuple[bool, bool, bool]:
    return not one.preferred, "WORK" not in one.types, "HOME" not in one.types


def _address_fields(one: Property) -> dict[str, str]:
    box, extended, street, city, province, postal_code, country = ([*one.parts, *[""] * 7])[:7]
    lines = [f"PO Box {box}" if box.isdigit() else box, extended, street]
    return {
        "street": _one_line("\n".join(lines)),
        "city": _one_line(city),
        "province": _one_line(province),
        "postal_code": postal_code,
        "country": country,
    }
