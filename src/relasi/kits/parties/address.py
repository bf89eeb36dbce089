"""Address: the parts of an Indonesian address, printed as a label or on one line, and keys to compare."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields

from django.utils.translation import gettext_lazy as _

from relasi.engine.fields.invalid_text import InvalidText, shortened
from relasi.kits.parties.spelling import fold_words, plain, plain_words, word_set


class InvalidAddress(InvalidText):
    """A part of an address that cannot be right."""


POSTAL_CODE = _("“%(text)s” is not an Indonesian postal code: it must have 5 digits.")
POSTAL_CODE_ABROAD = _("“%(text)s” is not a postal code: use at most 12 letters, digits, spaces and dashes.")
RT_RW = _("“%(text)s” is not an RT/RW. Write two numbers, such as 003/005.")

# The parts in the order of a form. Labels belong to the module that has the fields.
PARTS = (
    "street",
    "rt_rw",
    "kelurahan",  # or desa
    "kecamatan",
    "city",  # kota or kabupaten
    "province",
    "postal_code",
    "country",
    "po_box",
)

_INDONESIA = frozenset(
    ("", "id", "idn", "indonesia", "ri", "nkri", "republik indonesia", "republic of indonesia")
)
_RT_RW = re.compile(r"(?i)(?:RT\.?\s*:?\s*)?(\d{1,3})\s*[/,;\s-]\s*(?:RW\.?\s*:?\s*)?(\d{1,3})")
_DOT_IN_WORD = re.compile(r"\.(?=\w)")
_ABROAD = re.compile(r"[A-Z0-9][A-Z0-9 -]{0,11}")


@dataclass(frozen=True, slots=True)
class Address:
    """One address; every part may be empty. `country` is a name or an ISO code, empty for Indonesia."""

    street: str = ""
    rt_rw: str = ""
    kelurahan: str = ""
    kecamatan: str = ""
    city: str = ""
    province: str = ""
    postal_code: str = ""
    country: str = ""
    po_box: str = ""

    @classmethod
    def from_fields(cls, values: Mapping[str, str], prefix: str = "") -> "Address":
        """Take the parts out of fields such as "billing_street", "billing_city"."""
        return cls(**{part.name: (values.get(prefix + part.name) or "").strip() for part in fields(cls)})

    def __bool__(self) -> bool:
        return any(getattr(self, part) for part in PARTS)

    @property
    def lines(self) -> list[str]:
        """The address as on a label, one line of text each; Indonesia is not named at home."""
        neighbourhood = [
            f"RT/RW {self.rt_rw}" if self.rt_rw else "",
            _prefixed("Kel.", self.kelurahan),
            _prefixed("Kec.", self.kecamatan),
        ]
        lines = [
            *(line.strip() for line in self.street.splitlines()),
            f"PO Box {self.po_box}" if self.po_box else "",
            ", ".join(part for part in neighbourhood if part),
            " ".join(part for part in (self.city, self.postal_code) if part),
            self.province,
            "" if is_indonesia(self.country) else self.country,
        ]
        return [line for line in lines if line]

    @property
    def one_line(self) -> str:
        """The whole address on one line, parted by commas."""
        return ", ".join(self.lines)


def _prefixed(prefix: str, name: str) -> str:
    if not name or plain_words(name)[:1] in (["kel"], ["kelurahan"], ["desa"], ["kec"], ["kecamatan"]):
        return name
    return f"{prefix} {name}"


def is_indonesia(country: str) -> bool:
    """Tell whether a country field means Indonesia; an empty one does."""
    return plain(country) in _INDONESIA


def normalize_postal_code(text: str, country: str = "") -> str:
    """Return the postal code: five digits in Indonesia, capitals elsewhere. Raises InvalidAddress."""
    code = " ".join(text.upper().split())
    if is_indonesia(country):
        digits = code.replace(" ", "").removesuffix(".0")
        if not re.fullmatch(r"[1-9][0-9]{4}", digits):
            raise InvalidAddress("postal_code", POSTAL_CODE, text=shortened(text))
        return digits
    if not _ABROAD.fullmatch(code):
        raise InvalidAddress("postal_code", POSTAL_CODE_ABROAD, text=shortened(text))
    return code


def normalize_rt_rw(text: str) -> str:
    """Return neighbourhood numbers as "003/005" from "RT 3 / RW 5". Raises InvalidAddress."""
    found = _RT_RW.fullmatch(text.strip()) if len(text) < 40 else None
    if not found:
        raise InvalidAddress("rt_rw", RT_RW, text=shortened(text))
    return f"{found[1]:0>3}/{found[2]:0>3}"


# City or regency -> what is printed in front of its name.
CITY_KINDS = {"city": "Kota", "regency": "Kab."}
_KIND_WORDS = {
    "kota": "city",
    "kotamadya": "city",
    "kodya": "city",
    "city": "city",
    "kab": "regency",
    "kabupaten": "regency",
    "regency": "regency",
}
_OFFICIAL = word_set("adm administrasi administratif of")
_CITY_ALIASES = {
    "jkt": "jakarta",
    "dki jakarta": "jakarta",
    "jaksel": "jakarta selatan",
    "jakpus": "jakarta pusat",
    "jakbar": "jakarta barat",
    "jaktim": "jakarta timur",
    "jakut": "jakarta utara",
    "south jakarta": "jakarta selatan",
    "central jakarta": "jakarta pusat",
    "west jakarta": "jakarta barat",
    "east jakarta": "jakarta timur",
    "north jakarta": "jakarta utara",
    "tangsel": "tangerang selatan",
    "bdg": "bandung",
    "sby": "surabaya",
    "yogya": "yogyakarta",
    "solo": "surakarta",
    "ujung pandang": "makasar",
}
_BEFORE_A_CITY = _OFFICIAL.union(_KIND_WORDS)
# Cities named "Kota …" whose first word is no title.
_KOTA_NAMES = ("kota baru", "kota agung", "kota waringin")


@dataclass(frozen=True, slots=True)
class CityName:
    """A city or regency: `kind` is a key of CITY_KINDS or empty when it was not written."""

    kind: str
    name: str

    @property
    def formal(self) -> str:
        """The name with its kind: "Kab. Bekasi", "Kota Bekasi", "Bekasi"."""
        return f"{CITY_KINDS[self.kind]} {self.name}" if self.kind else self.name


def split_city(text: str) -> CityName:
    """Part "Kabupaten Bekasi" into its kind and its name."""
    words = _DOT_IN_WORD.sub(". ", text).split()
    kind = _KIND_WORDS.get(words[0].strip(".").lower(), "") if words else ""
    if not kind or len(words) < 2 or plain(text).startswith(_KOTA_NAMES):
        return CityName("", " ".join(words))
    words = words[1:]
    while len(words) > 1 and words[0].strip(".").lower() in _OFFICIAL:
        words = words[1:]
    return CityName(kind, " ".join(words))


def city_key(text: str) -> str:
    """Return the key by which a city is compared: "Kab. Bekasi", "Kota Bekasi" and "Bekasi" give "bekasi"."""
    words = plain_words(text)
    while len(words) > 1 and words[0] in _BEFORE_A_CITY and not " ".join(words).startswith(_KOTA_NAMES):
        words = words[1:]
    while len(words) > 1 and words[-1] in ("city", "regency"):
        words = words[:-1]
    key = " ".join(fold_words(words))
    return _FOLDED_ALIASES.get(key, key)


_FOLDED_ALIASES = {" ".join(fold_words(alias.split())): city for alias, city in _CITY_ALIASES.items()}


def same_city(one: str, other: str) -> bool | None:
    """Tell whether two written cities are the same; None when one is empty or tells no kind."""
    if not one.strip() or not other.strip():
        return None
    if city_key(one) != city_key(other):
        return False
    kinds = {split_city(one).kind, split_city(other).kind}
    return True if len(kinds) == 1 else None if "" in kinds else False


_STREET_WORDS = {
    **dict.fromkeys(word_set("jl jln jalan street st road rd"), "jalan"),
    **dict.fromkeys(["gg", "gang"], "gang"),
    **dict.fromkeys(word_set("komp kompl komplek kompleks"), "komplek"),
    **dict.fromkeys(["perum", "perumahan"], "perumahan"),
    **dict.fromkeys(["blk", "blok", "block"], "blok"),
    **dict.fromkeys(["kav", "kavling", "kaveling"], "kavling"),
    **dict.fromkeys(word_set("lt lantai floor fl"), "lantai"),
    **dict.fromkeys(word_set("gd gdg gedung building"), "gedung"),
    **dict.fromkeys(word_set("ds dsn dusun desa"), "desa"),
    **dict.fromkeys(["jend", "jendral", "jenderal"], "jenderal"),
}
_STREET_FILLING = word_set("no nomor nomer number")


def street_key(text: str) -> str:
    """Return the key by which streets are compared: "Jln. Sudirman No.5" gives "jalan sudirman 5"."""
    words = [_STREET_WORDS.get(word, word) for word in plain_words(text) if word not in _STREET_FILLING]
    return " ".join(fold_words(words))
