"""Headings: the name of a column as people and other programs write it, brought to one form, and the unit in it."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_HINT = re.compile(r"[(\[]([^()\[\]]*)[)\]]")
_APOSTROPHES = re.compile(r"['’`]")
_NO_WORD = re.compile(r"[\W_]+")
_SPLIT_WORDS = (
    ("e mail", "email"),
    ("hand phone", "handphone"),
    ("kode pos", "kodepos"),
    ("web site", "website"),
)

# Words that mean the same in a heading.
_SAME = {
    "nomor": "no", "nomer": "no", "nmr": "no", "nr": "no", "number": "no", "num": "no",
    "telp": "telepon", "tlp": "telepon", "tel": "telepon", "telephone": "phone",
    "surel": "email", "emails": "email", "mail": "email",
    "hp": "hp", "handphone": "hp", "ponsel": "hp", "selular": "hp", "cellphone": "mobile", "cell": "mobile",
    "tgl": "tanggal", "alm": "alamat", "almt": "alamat", "kab": "kabupaten", "prov": "provinsi",
    "organisation": "organization", "org": "organization", "zipcode": "zip", "zip": "zip",
}  # fmt: skip

_TIMES = {
    1_000: "ribu ribuan rb thousand thousands k 000 1000 x1000",
    1_000_000: "juta jutaan jt million millions mn mio",
    1_000_000_000: "miliar miliaran milyar milyaran mlr billion billions bn",
    1_000_000_000_000: "triliun triliunan trilyun trillion trillions tn",
}
_FACTORS = {word: Decimal(factor) for factor, words in _TIMES.items() for word in words.split()}
_RUPIAH = frozenset(("rp", "idr", "rupiah"))
_FILLING = frozenset(("dalam", "dlm", "in", "x", "per"))


@dataclass(frozen=True)
class Heading:
    """bare: without what stands in brackets. factor: what the numbers below are to be multiplied by.

    unit: words about the numbers that are understood ("ribu rupiah"). hint: other words in brackets.
    """

    full: str
    bare: str
    factor: Decimal = Decimal(1)
    unit: str = ""
    hint: str = ""


@lru_cache(maxsize=4096)
def plain(text: str) -> str:
    """Lower case words without accents and punctuation: "No. HP*" -> "no hp", "MailingCity" -> "mailing city"."""
    text = unicodedata.normalize("NFKD", _CAMEL.sub(" ", text.strip()))
    text = _APOSTROPHES.sub("", "".join(mark for mark in text if not unicodedata.combining(mark)))
    words = " ".join(_NO_WORD.sub(" ", text.casefold()).split())
    for apart, together in _SPLIT_WORDS:
        words = re.sub(rf"\b{apart}\b", together, words)
    return " ".join(_SAME.get(word, word) for word in words.split())


def read_heading(text: str) -> Heading:
    """ "Omzet (ribu)" -> bare "omzet", factor 1000; "Telepon (kantor)" -> bare "telepon", hint "kantor"."""
    hints = " ".join(plain(hint) for hint in _HINT.findall(text)).split()
    bare = plain(_HINT.sub(" ", text)).split()
    unit = [word for word in hints if word in _FACTORS or word in _RUPIAH or word in _FILLING]
    hint = [word for word in hints if word not in unit]
    while len(bare) > 1 and (bare[-1] in _FACTORS or bare[-1] in _RUPIAH):
        unit.insert(0, bare.pop())
        if len(bare) > 1 and bare[-1] in _FILLING:
            bare.pop()
    factor = Decimal(1)
    for word in unit:
        factor *= _FACTORS.get(word, 1)
    return Heading(plain(text), " ".join(bare), factor, " ".join(unit), " ".join(hint))
