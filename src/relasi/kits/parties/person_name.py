"""Person name: salutation, titles, first and last name taken apart, and the key that finds the name again."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from relasi.kits.parties.person_titles import (
    BALINESE_PREFIXES,
    DEGREES,
    DOUBTFUL_DEGREES,
    PARTICLES,
    SALUTATION_OF,
    TITLES,
    bare,
    is_degree,
)
from relasi.kits.parties.spelling import LONGEST_NAME, fold_words, plain_words

_INVISIBLE = re.compile(r"[\u200b-\u200f\u2060\ufeff]")
_REMARK = re.compile(r"\([^()]*\)|\"[^\"]*\"")
_ROMAN = re.compile(r"[IVX]{1,4}|[A-Z]")

# What a plain split into words would misread: commas, remarks, "Dr.Ir.", "S.T.", "Bpk/Ibu".
_WRITTEN_WITH_CARE = re.compile(r"[,(/\"]|\.\w")

_FOLDED_TITLES = frozenset(fold_words(sorted(TITLES)))
_LAST_WORD_MAY_BE_DEGREE = DEGREES | DOUBTFUL_DEGREES


@dataclass(frozen=True, slots=True)
class PersonName:
    """One name taken apart. A single-name person has only `last_name`; the rest may be empty."""

    salutation: str = ""  # one of person_titles.SALUTATIONS
    first_name: str = ""
    last_name: str = ""
    titles: str = ""  # what else stood in front, as written: "Drs. H."
    degrees: str = ""  # what stood behind, as written: "S.T., M.M."

    @property
    def full(self) -> str:
        """First and last name without any title: "Made Lubis"."""
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def formal(self) -> str:
        """The whole name as on an envelope: "Bapak Drs. H. Made Lubis, S.T., M.M."."""
        front = " ".join(part for part in (self.salutation, self.titles, self.full) if part)
        return f"{front}, {self.degrees}" if self.degrees else front

    @property
    def for_contact(self) -> tuple[str, str, str]:
        """Salutation, first and last name for a record without columns for titles; none of them is lost."""
        first, last = self.first_name, self.last_name
        if self.titles:
            first, last = (f"{self.titles} {first}", last) if first else ("", f"{self.titles} {last}")
        return self.salutation, first, f"{last}, {self.degrees}" if self.degrees else last


def split_person_name(text: str) -> PersonName:
    """Take one written name apart: "Bpk. Made Lubis, S.T." or "Lubis, Made"."""
    if len(text) > LONGEST_NAME:
        return PersonName(last_name=_tidy(text))
    parts = _comma_parts(text)
    shouted = text.isupper()
    degrees: list[str] = []
    while len(parts) > 1 and _is_degree_part(parts[-1], shouted):
        degrees.insert(0, parts.pop())
    if len(parts) == 2 and not _starts_with_title(parts[0]):
        parts.reverse()  # "Lubis, Made"
    return _named(" ".join(parts).split(), degrees, shouted)


def split_person_columns(first: str, last: str) -> PersonName:
    """Take apart a name that arrived in two columns, keeping the border between first and last name.

    With one of them empty the other is split, so "Drs. Bambang Rahman" in the first column is understood.
    """
    first, last = _tidy(first), _tidy(last)
    if not (_has_word(first) and _has_word(last)):
        return split_person_name(first or last)
    salutation, titles, words = _without_titles(first.split(), keep=False)
    parts = _comma_parts(last)
    shouted = last.isupper()
    degrees: list[str] = []
    while len(parts) > 1 and _is_degree_part(parts[-1], shouted):
        degrees.insert(0, parts.pop())
    surname = _without_degrees(" ".join(parts).split(), degrees, shouted)
    return PersonName(salutation, " ".join(words), " ".join(surname), " ".join(titles), ", ".join(degrees))


def canonical_person_name(text: str) -> str:
    """Return first and last name without titles; a name in capitals or small letters only is re-cased."""
    while True:
        name = _cased(split_person_name(text).full)
        if name == text:
            return name
        text = name


def person_key(name: str) -> str:
    """Return the key under which all spellings of one person's name meet; empty when there is no name.

    Titles, degrees, remarks in brackets, case, accents, old spelling and the order of the words do not count.
    """
    if _WRITTEN_WITH_CARE.search(name):
        words = plain_words(split_person_name(_REMARK.sub(" ", name)).full)
    else:
        words = plain_words(name)
        if words and words[-1] in _LAST_WORD_MAY_BE_DEGREE:
            words = plain_words(split_person_name(name).full)
    return _key_of(fold_words(words))


def initials(name: str) -> str:
    """Return one or two capitals for the round picture: "Bapak Made Lubis" gives "ML", "Suharto" "S"."""
    words = [word for word in split_person_name(name).full.split() if word[:1].isalpha()]
    if not words:
        return ""
    return (words[0][0] + (words[-1][0] if len(words) > 1 else "")).upper()[:2]


def _key_of(words: list[str]) -> str:
    start, end = 0, len(words)
    while end - start > 1 and words[start] in _FOLDED_TITLES:
        start += 1
    if end - start > 2 and words[start] in BALINESE_PREFIXES:
        start += 1
    words = words[start:]
    words.sort()
    if words and (words[0] in _FOLDED_TITLES or words[0] in BALINESE_PREFIXES):
        # Never in front, or the key of a key would lose them.
        words.sort(key=_title_like_last)
        if len(words) > 1 and words[0] in _FOLDED_TITLES:
            # Nothing but titles: what is left is the last of them.
            return _key_of(words)
        if len(words) > 2 and words[0] in BALINESE_PREFIXES:
            return _key_of(words)
    return " ".join(words)


def _title_like_last(word: str) -> tuple[bool, str]:
    return word in _FOLDED_TITLES or word in BALINESE_PREFIXES, word


def _tidy(text: str) -> str:
    return " ".join((text if text.isascii() else _INVISIBLE.sub("", text)).split())


def _has_word(*words: str) -> bool:
    return any(word.isalnum() or any(map(str.isalnum, word)) for word in words)


def _comma_parts(text: str) -> list[str]:
    return [part for part in (_tidy(part) for part in text.split(",")) if _has_word(part)]


def _named(words: list[str], degrees: list[str], shouted: bool) -> PersonName:
    salutation, titles, words = _without_titles(words)
    words = _without_degrees(words, degrees, shouted)
    border = len(words) - 1
    while border > 1 and bare(words[border - 1]) in PARTICLES:
        border -= 1
    if border == 1 and words[0].lower() in BALINESE_PREFIXES:
        border = 0
    return PersonName(
        salutation, " ".join(words[:border]), " ".join(words[border:]), " ".join(titles), ", ".join(degrees)
    )


def _without_titles(words: list[str], *, keep: bool = True) -> tuple[str, list[str], list[str]]:
    """Return salutation, other titles as written, and the words of the name (with `keep` at least one)."""
    salutation, titles = "", []
    words = list(words)
    while words:
        words[:1] = _parted(words[0])
        known = _title_of(words[0])
        if known is None or (keep and not _has_word(*words[1:])):
            break
        written = words.pop(0)
        if known and not salutation:
            salutation = known
        else:
            titles.append(written)
    return salutation, titles, words


@lru_cache(maxsize=4096)
def _title_of(word: str) -> str | None:
    """Return the salutation a word stands for, "" for another title, None when it is no title."""
    known = bare(word)
    if known == "dr" and word[0] == "d":
        return ""  # a physician; the picklist's "Dr." is the doctorate
    if known in TITLES:
        return SALUTATION_OF.get(known, "")
    halves = known.split("/")
    return "" if len(halves) > 1 and all(half in TITLES for half in halves) else None


def _starts_with_title(part: str) -> bool:
    words = part.split()
    return len(words) > 1 and _title_of(words[0]) is not None


def _parted(word: str) -> list[str]:
    """Part "Dr.Ir.Budi" into its titles and the name; leave "K.H." and "M.Yusuf" whole."""
    if "." not in word.rstrip(".") or bare(word) in TITLES:
        return [word]
    front, _dot, rest = word.partition(".")
    return [f"{front}.", rest] if rest and bare(front) in TITLES else [word]


def _is_degree_part(part: str, shouted: bool) -> bool:
    return all(is_degree(word, after_comma=True, shouted=shouted) for word in part.split())


def _without_degrees(words: list[str], degrees: list[str], shouted: bool) -> list[str]:
    """Take degrees without a comma ("Budi Santoso S.T. MM") off the end into `degrees`; one word stays."""
    words = list(words)
    while _has_word(*words[:-1]) and is_degree(words[-1], after_comma=False, shouted=shouted):
        degrees.insert(0, words.pop())
    return words


def _cased(name: str) -> str:
    """Re-case a name written all in capitals or all in small letters; a mixed one is its owner's choice."""
    if not (name.isupper() or name.islower()):
        return name
    return " ".join(_cased_words(name.split()))


def _cased_words(words: Iterable[str]) -> Iterable[str]:
    for place, word in enumerate(words):
        if place and word.lower() in PARTICLES:
            yield word.lower()
        elif _ROMAN.fullmatch(word):
            yield word
        else:
            yield "-".join(part[:1].upper() + part[1:].lower() for part in word.split("-"))
