"""Address: street, RT/RW, kelurahan, kecamatan, city, province, postal code, country, PO box in one value."""

from __future__ import annotations

from functools import cached_property, lru_cache
from typing import Any

from babel import Locale
from django.db import models
from django.db.models import F, Q
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _
from markupsafe import Markup, escape

from relasi.engine.fields.declared import DeclaredField
from relasi.engine.fields.kind import EMPTY_CELL, Invalid, Kind, shows_as
from relasi.engine.fields.reader import Reader, current_reader
from relasi.engine.fields.text import TextKind

# Part -> label and most characters, in the order in which an address is read.
PARTS = {
    "street": (_("Street"), 255),
    "rt_rw": (_("RT/RW"), 20),
    "kelurahan": (_("Kelurahan"), 100),
    "kecamatan": (_("Kecamatan"), 100),
    "city": (_("City"), 100),
    "province": (_("Province"), 100),
    "postal_code": (_("Postal code"), 12),
    "country": (_("Country"), 2),
    "po_box": (_("PO box"), 30),
}

# Names people use beside those of the standard.
_OTHER_COUNTRY_NAMES = {
    "usa": "US", "u.s.a.": "US", "united states of america": "US", "uk": "GB", "england": "GB", "gbr": "GB",
    "inggris": "GB", "ri": "ID", "republik indonesia": "ID", "republic of indonesia": "ID", "idn": "ID",
    "korea": "KR", "korea selatan": "KR", "south korea": "KR", "tiongkok": "CN", "cina": "CN", "china": "CN",
    "chn": "CN", "vietnam": "VN", "russia": "RU", "rusia": "RU", "hong kong": "HK", "hongkong": "HK",
    "taiwan": "TW", "uea": "AE", "uae": "AE", "sgp": "SG", "mys": "MY", "jpn": "JP", "aus": "AU", "deu": "DE",
    "nld": "NL",
}  # fmt: skip


class AddressField(DeclaredField, models.JSONField):
    """One address. Filters and columns reach its parts: `billing_address.city`."""


@lru_cache(maxsize=4)
def country_names(language: str) -> dict[str, str]:
    """Two-letter code -> name, in the order of names."""
    names = {
        code: name for code, name in Locale(language).territories.items() if len(code) == 2 and code.isalpha()
    }
    real = {
        code: name for code, name in names.items() if code not in ("EU", "UN", "EZ", "ZZ", "XA", "XB", "QO")
    }
    return dict(sorted(real.items(), key=lambda pair: pair[1]))


@lru_cache(maxsize=1)
def _country_codes() -> dict[str, str]:
    found = {code.lower(): code for code in country_names("en")}
    for language in ("id", "en"):
        found.update((name.casefold(), code) for code, name in country_names(language).items())
    return found | _OTHER_COUNTRY_NAMES


def read_country(raw: str) -> str:
    """The two-letter code of a country written as code or name, in either language. Raises Invalid."""
    try:
        return _country_codes()[" ".join(raw.split()).casefold()]
    except KeyError:
        raise Invalid(_("“%(value)s” is no country we know.") % {"value": raw[:40]})


def write_country(code: str, reader: Reader) -> str:
    return country_names(reader.language).get(code, code)


class _Part:
    """What a kind asks of its field, answered for one part of an address."""

    blank = null = editable = True
    unique = primary_key = False
    help_text = ""

    def __init__(self, field: Any, key: str):
        self.name, self.attname = f"{field.name}.{key}", field.name
        self.part = key
        self.verbose_name, self.max_length = PARTS[key]
        self.secret = getattr(field, "secret", False)
        self.aliases: tuple[str, ...] = ()


class AddressPartKind(TextKind):
    """One part of an address: a text inside the JSON. Paths end with the part: `billing_address__city`."""

    name = "address_part"
    width = "10rem"

    def value_of(self, record: Any) -> Any:
        return (getattr(record, self.column) or {}).get(self.field.part)

    def in_q(self, path: str, raised: list[str]) -> Q:
        found = Q(pk__in=[])
        for value in raised:
            found |= Q(**{f"{path}__iexact": value})
        return found

    def empty_q(self, path: str) -> Q:
        return Q(**{f"{path}__isnull": True})

    def order(self, path: str) -> Any:
        whole, _underscores, key = path.rpartition("__")
        return Upper(KeyTextTransform(key, F(whole)))


class CountryKind(AddressPartKind):
    name = "country"
    operators: tuple[str, ...] = ("is", "is_not", "in", "not_in", "empty", "not_empty")

    def parse(self, raw: Any, reader: Reader | None = None) -> str | None:
        text = str(raw).strip() if raw is not None else ""
        return read_country(text) if text else None

    def listed(self, value: Any, reader: Reader) -> list[tuple[str, str]]:
        """(code, name) of every country; a refused value stands at the end as it was written."""
        found = list(country_names(reader.language).items())
        if isinstance(value, str) and value and value not in country_names(reader.language):
            found.append((value, value))
        return found

    def show(self, value: Any, reader: Reader | None = None) -> str:
        return write_country(value, reader or current_reader()) if value else ""

    def cell(self, value: Any, record: Any = None, reader: Reader | None = None) -> Markup:
        return escape(self.show(value, reader)) if value else EMPTY_CELL


@shows_as(AddressField)
class AddressKind(Kind):
    name = "address"
    input = "address"
    operators: tuple[str, ...] = ("empty", "not_empty")
    width = "18rem"
    sortable = False

    @cached_property
    def _parts(self) -> dict[str, Kind]:
        return {
            key: (CountryKind if key == "country" else AddressPartKind)(_Part(self.field, key))
            for key in PARTS
        }

    def parts(self) -> dict[str, Kind]:
        return self._parts

    def part(self, key: str) -> Kind:
        return self._parts[key]

    def given(self, data: Any, files: Any = None, name: str = "") -> Any:
        name = name or self.key
        found = {key: data[f"{name}.{key}"] for key in PARTS if f"{name}.{key}" in data}
        return found or data.get(name)

    def mapping(self, value: Any) -> dict[str, str]:
        """The parts an input shows, from a stored value or what was sent."""
        return value if isinstance(value, dict) else {"street": str(value)} if value else {}

    def parse(self, raw: Any, reader: Reader | None = None) -> dict[str, str] | None:
        """A mapping of parts, or a text, which is taken as the street."""
        if raw is None:
            return None
        if not isinstance(raw, dict):
            raw = {"street": " ".join(str(raw).split())}
        unknown = raw.keys() - PARTS.keys()
        if unknown:
            raise Invalid(_("An address has no “%(part)s”.") % {"part": sorted(unknown)[0]})
        parts = self._parts
        found = {key: value for key in PARTS if key in raw and (value := parts[key].parse(raw[key], reader))}
        self._check_postal_code(found)
        return found or None

    def wrong_parts(self, value: dict[str, str], reader: Reader) -> set[str]:
        """The parts an input marks as wrong."""
        found = set()
        for key, part in self._parts.items():
            try:
                part.parse(value.get(key), reader)
            except Invalid:
                found.add(key)
        if not found and value.get("postal_code"):
            try:
                self.parse(dict(value), reader)
            except Invalid:
                found.add("postal_code")
        return found

    def _check_postal_code(self, address: dict[str, str]) -> None:
        code = address.get("postal_code")
        if code and address.get("country", "ID") == "ID":
            bare = code.replace(" ", "")
            if not (len(bare) == 5 and bare.isascii() and bare.isdigit()):
                message = _(
                    "“%(value)s” is not a postal code of five digits. Choose the country if it is abroad."
                )
                raise Invalid(message % {"value": code})
            address["postal_code"] = bare

    def lines(self, value: dict[str, str], reader: Reader) -> list[str]:
        """The lines of a block, as they stand on an envelope."""
        at_home = value.get("country", "ID") == "ID"
        near = [
            f"RT/RW {value['rt_rw']}" if value.get("rt_rw") else "",
            _before("Kel. ", value.get("kelurahan", "")) if at_home else value.get("kelurahan", ""),
            _before("Kec. ", value.get("kecamatan", "")) if at_home else value.get("kecamatan", ""),
        ]
        town = " ".join(filter(None, (value.get("city"), value.get("postal_code"))))
        box = f"PO Box {value['po_box']}" if value.get("po_box") else ""
        country = write_country(value["country"], reader) if value.get("country") and not at_home else ""
        lines = [
            value.get("street", ""),
            ", ".join(filter(None, near)),
            box,
            town,
            value.get("province", ""),
            country,
        ]
        return [line for line in lines if line]

    def show(self, value: Any, reader: Reader | None = None) -> str:
        return ", ".join(self.lines(value, reader or current_reader())) if value else ""

    def cell(self, value: Any, record: Any = None, reader: Reader | None = None) -> Markup:
        return escape(self.show(value, reader)) if value else EMPTY_CELL

    def fact(self, value: Any, record: Any = None, reader: Reader | None = None) -> Markup:
        if not value:
            return Markup("")
        lines = Markup("<br>").join(self.lines(value, reader or current_reader()))
        return Markup("<span>%s</span>") % lines

    def typed(self, value: Any, reader: Reader | None = None) -> str:
        return value if isinstance(value, str) else self.show(value, reader)

    def schema(self) -> dict[str, Any]:
        parts = {key: kind.schema() for key, kind in self._parts.items()}
        return {"type": ["object", "null"], "properties": parts, "additionalProperties": False}

    def search_sql(self) -> str:
        column = super().search_sql()
        return "concat_ws(' ', {})".format(
            ", ".join(f"{column} ->> '{key}'" for key in PARTS if key != "country")
        )


def _before(word: str, name: str) -> str:
    return word + name if name and not name.lower().startswith(word.strip().lower()) else name
