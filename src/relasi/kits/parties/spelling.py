"""Spelling: words folded to one form for comparison (case, accents, old Indonesian spelling). Never shown."""

import re
import unicodedata
from functools import lru_cache

# Longer text is no name: a cell of a file can hold a whole book, and taking it apart would take long.
LONGEST_NAME = 500


def word_set(words: str) -> frozenset[str]:
    """Return the set of the words of a text, the shape of every table of words in this kit."""
    return frozenset(words.split())


# Old spelling gives itself away by one of these; only then is a lone "j" read as today's "y", because
# modern names are full of "j" (Wijaya, Joko) that must stay apart from "y" (Yoko).
_OLD = re.compile(r"oe|dj|tj|sj|^nj")
_OLD_PAIRS = (("tj", "c"), ("sj", "sy"), ("oe", "u"))

# Foreign words whose "oe" is not the old "u".
_NOT_OLD = word_set("chloe doe joe joel joey moe noel noelle phoebe poe roe zoe zoey")

# Spellings that no rule can tell, and usual short forms.
_WORDS = {
    **dict.fromkeys(
        word_set(
            "muhammad muhamad muhammed mohammad mohamad mohammed mohamed mohamat mochammad mochamad "
            "mochamat muchammad muchamad muh moh mohd muhd mhd moch much"
        ),
        "muhamad",
    ),
    **dict.fromkeys(["abd", "abdoel"], "abdul"),
    **dict.fromkeys(["noor", "noer", "nor"], "nur"),
    **dict.fromkeys(["chairul", "chaerul", "khaerul"], "hairul"),
    "cholid": "halid",
    "cholil": "halil",
    "chotimah": "hatimah",
    "khotimah": "hatimah",
    "jusuf": "yusuf",
    "yusup": "yusuf",
    "jusup": "yusuf",
    "jahja": "yahya",
    "junus": "yunus",
    "wahju": "wahyu",
    "surja": "surya",
    "mulja": "mulya",
    "jogja": "yogya",
    "jogya": "yogya",
    "jogjakarta": "yogyakarta",
    "jogyakarta": "yogyakarta",
}

_RULES = tuple(
    (re.compile(pattern), becomes)
    for pattern, becomes in (
        (r"([a-z])\1+", r"\1"),
        (r"ch(?=[^aeiouy]|$)", "h"),  # Achmad, Rachmat
        (r"ch", "c"),  # Chandra
        (r"kh", "h"),  # Khairul, Akhmad
        (r"ph", "f"),
        (r"(?<=[bdgt])h", ""),  # Ramadhan, Budhi, Martha
        (r"v", "f"),
        (r"q", "k"),
        (r"x", "ks"),
        (r"(?<=.)(?:ie|y)$", "i"),  # Rizky, Yudie
    )
)

_PUNCTUATION = {code: " " for code in range(128) if not chr(code).isalnum()}
_PUNCTUATION.update({ord(mark): "" for mark in "'`"})
_MARKS = re.compile(r"[’‘ʼʻ´\u200b-\u200f\u2060\ufeff]")
_NOT_WORD = re.compile(r"[\W_]+")


def plain(text: str) -> str:
    """Return the text in lower case, without accents and punctuation, words parted by single spaces."""
    if text.isascii():
        return " ".join(text.lower().translate(_PUNCTUATION).split())
    return _plain_foreign(text)


def plain_words(text: str) -> list[str]:
    """Return the words of `plain(text)`."""
    if text.isascii():
        return text.lower().translate(_PUNCTUATION).split()
    return _plain_foreign(text).split()


def _plain_foreign(text: str) -> str:
    """Plain for text with letters beyond ASCII; repeated, because case folding can bring new marks."""
    while True:
        folded = unicodedata.normalize("NFKD", _MARKS.sub("", text).casefold())
        bare = "".join(mark for mark in folded if not unicodedata.combining(mark))
        bare = " ".join(_NOT_WORD.sub(" ", bare.translate(_PUNCTUATION)).split())
        if bare == text:
            return bare
        text = bare


class _Folded(dict[str, str]):
    """Words already folded. Names repeat, so nearly every word of a large file is found here."""

    most = 200_000

    def __missing__(self, word: str) -> str:
        folded = _fold(word)
        if len(self) < self.most:
            self[word] = folded
        return folded


_FOLDED = _Folded()


def fold_word(word: str) -> str:
    """Return the form of one plain word that all its spellings share (Soeharto and Suharto: "suharto")."""
    return _FOLDED[word]


def fold_words(words: list[str]) -> list[str]:
    """Fold each of the plain words."""
    return list(map(_FOLDED.__getitem__, words))


def _fold(word: str) -> str:
    """Fold until nothing changes, so that a folded word folds to itself."""
    while True:
        folded = _fold_once(word)
        if folded == word:
            return word
        word = folded


def _fold_once(word: str) -> str:
    if word in _WORDS:
        return _WORDS[word]
    if not word.isascii() or word.isdigit():
        return word
    if word not in _NOT_OLD and _OLD.search(word):
        word = modern_spelling(word)
    for pattern, becomes in _RULES:
        word = pattern.sub(becomes, word)
    return word


@lru_cache(maxsize=4096)
def modern_spelling(word: str) -> str:
    """Write one lower-case word of the old spelling in today's: "djojokoesoemo" gives "joyokusumo"."""
    if word in _NOT_OLD or not _OLD.search(word):
        return word
    for old, new in _OLD_PAIRS:
        word = word.replace(old, new)
    return "j".join(part.replace("j", "y") for part in word.split("dj"))
