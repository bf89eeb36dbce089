"""Languages: which words and sentences belong to one language alone, as the catalogue of translations has them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from zoneinfo import available_timezones

from babel import Locale
from babel.messages.pofile import read_po

from relasi.engine.fields.date_text import MONTHS, SHORT_MONTHS, WEEKDAYS

CATALOGUE = Path(__file__).parents[2] / "src" / "relasi" / "locale" / "id" / "LC_MESSAGES" / "django.po"
WORD = re.compile(r"[^\W\d_]{3,}")
NUMBER = re.compile(r"\b[A-Z]{3}-\d+")  # of a record
PLACEHOLDER = re.compile(r"%\(\w+\)[sdr]|%%|\{\w+\}")


def words_of(text: str) -> set[str]:
    return set(WORD.findall(PLACEHOLDER.sub(" ", text).casefold()))


@dataclass
class Language:
    """texts: whole sentences and labels of it. words: every word in them."""

    texts: set[str] = field(default_factory=set)
    words: set[str] = field(default_factory=set)

    def take(self, texts: Iterable[str]) -> None:
        for text in texts:
            self.texts.add(" ".join(text.split()))
            self.words |= words_of(text)


@cache
def languages() -> dict[str, Language]:
    found = {"en": Language(), "id": Language()}
    with CATALOGUE.open("rb") as source:
        for message in read_po(source):
            if message.id:
                found["en"].take([message.id] if isinstance(message.id, str) else message.id)
                found["id"].take([message.string] if isinstance(message.string, str) else message.string)
    for name, language in found.items():
        language.take(
            [*MONTHS[name], *SHORT_MONTHS[name], *WEEKDAYS[name], *(day[:3] for day in WEEKDAYS[name])]
        )
    return found


@cache
def names() -> set[str]:
    """Of countries, currencies, zones and languages, which come from lists of the world."""
    found = {zone.replace("_", " ") for zone in available_timezones()} | {
        "Bahasa Indonesia",
        "Indonesia",
        "English",
    }
    for language in ("id", "en"):
        found |= {
            *Locale(language).currencies.values(),
            *Locale(language).currencies,
            *Locale(language).territories.values(),
        }
    return found


@dataclass
class Ear:
    """Hears what does not belong to a language. values: what people wrote, which may be in any."""

    language: str
    values: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        both = languages()
        self.own, self.other = both[self.language], both["en" if self.language == "id" else "id"]
        longest_first = sorted(
            (re.escape(one) for one in self.values | names() if len(one) > 2), key=len, reverse=True
        )
        self._value = re.compile(rf"(?<!\w)(?:{'|'.join(longest_first)})(?!\w)", re.IGNORECASE)

    def bare(self, text: str) -> str:
        """Without what people wrote."""
        return NUMBER.sub(" ", self._value.sub(" ", text))

    def wrong(self, text: str) -> str:
        """What of it is of the other language alone; empty when nothing is."""
        if text in self.other.texts and text not in self.own.texts and self.bare(text).strip():
            return text
        return " ".join(sorted(self._only_other(text) and self._only_other(self.bare(text))))

    def _only_other(self, text: str) -> set[str]:
        return (words_of(text) & self.other.words) - self.own.words

    def unknown(self, texts: Iterable[str]) -> Iterator[tuple[str, str]]:
        """(text, words) of texts, said alike in both languages, that no language of ours has."""
        shared = self.own.words & self.other.words
        for text in texts:
            if words_of(text) - shared and (left := words_of(self.bare(text)) - shared):
                yield text, " ".join(sorted(left))
