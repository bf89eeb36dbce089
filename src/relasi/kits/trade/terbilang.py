"""Terbilang: an amount in words, Indonesian and English, as it stands on quotes, invoices and receipts."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

_ID = "nol satu dua tiga empat lima enam tujuh delapan sembilan sepuluh sebelas".split()
_EN = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen"
).split()
_EN_TENS = "- - twenty thirty forty fifty sixty seventy eighty ninety".split()
_SCALES = [
    (10**15, "kuadriliun", "quadrillion"), (10**12, "triliun", "trillion"), (10**9, "miliar", "billion"),
    (10**6, "juta", "million"), (1000, "ribu", "thousand"),
]  # fmt: skip
_UNITS = {
    "IDR": ("rupiah", "sen", "rupiah", "sen"),
    "USD": ("dolar Amerika Serikat", "sen", "US dollars", "cents"),
    "SGD": ("dolar Singapura", "sen", "Singapore dollars", "cents"),
    "EUR": ("euro", "sen", "euros", "cents"),
}


def terbilang(amount: Decimal | int, currency: str = "IDR", language: str = "id") -> str:
    """11100000 → "sebelas juta seratus ribu rupiah". Two decimals are said as hundredths; currency: ISO letters."""
    english = language == "en"
    hundredths = int(abs(Decimal(amount)) * 100)
    whole, rest = divmod(hundredths, 100)
    spell = _english if english else _indonesian
    names = _UNITS.get(currency, (currency, "sen", currency, "cents"))
    unit, small = (names[2], names[3]) if english else (names[0], names[1])
    words = [*(["minus"] if amount < 0 else []), spell(whole), unit]
    if rest:
        words += ["and"] if english else []
        words += [spell(rest), small]
    return " ".join(words)


def _indonesian(n: int) -> str:
    if n < 12:
        return _ID[n]
    if n < 20:
        return f"{_ID[n - 10]} belas"
    if n < 100:
        return _joined(f"{_ID[n // 10]} puluh", n % 10, _indonesian)
    if n < 1000:
        return _joined("seratus" if n < 200 else f"{_ID[n // 100]} ratus", n % 100, _indonesian)
    scale, name, _english_name = next(s for s in _SCALES if n >= s[0])
    head = "seribu" if 1000 <= n < 2000 else f"{_indonesian(n // scale)} {name}"
    return _joined(head, n % scale, _indonesian)


def _english(n: int) -> str:
    if n < 20:
        return _EN[n]
    if n < 100:
        return _EN_TENS[n // 10] + (f"-{_EN[n % 10]}" if n % 10 else "")
    if n < 1000:
        return _joined(f"{_EN[n // 100]} hundred", n % 100, _english)
    scale, _name, name = next(s for s in _SCALES if n >= s[0])
    return _joined(f"{_english(n // scale)} {name}", n % scale, _english)


def _joined(head: str, rest: int, spell: Callable[[int], str]) -> str:
    return f"{head} {spell(rest)}" if rest else head
