"""Avatar: the two letters and the tone that stand for a person or an organisation without a picture."""

from __future__ import annotations

from typing import Any

TONES = ("nila", "biru", "toska", "hijau", "kuning", "jingga", "merah", "jambu", "ungu")
TITLES = frozenset(
    {"pt", "cv", "ud", "tbk", "persero", "firma"}
    | {"bapak", "ibu", "bpk", "h", "hj", "dr", "drs", "dra", "ir", "prof", "mr", "mrs", "ms"}
)


def initials(name: Any) -> str:
    """The letters of the first two words, without titles such as PT or Ibu; "?" when it has no letters."""
    words = [word for word in str(name).replace(".", " ").split() if word[:1].isalnum()]
    plain = [word for word in words if word.lower() not in TITLES] or words
    if not plain:
        return "?"
    return (plain[0][0] + plain[1][0] if len(plain) > 1 else plain[0][:2]).upper()


def tone(name: Any) -> str:
    """The tone of a name: always the same one for the same name."""
    return TONES[sum(ord(letter) * (place % 7 + 1) for place, letter in enumerate(str(name))) % len(TONES)]
