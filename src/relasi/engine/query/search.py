"""Search: finds any record by words, parts of words, numbers, phones however typed, and near misspellings."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.search import SearchQuery, SearchVectorField
from django.db import connection
from django.db.models import BooleanField, Case, F, FloatField, Func, Q, QuerySet, Value, When
from django.db.models.functions import Length

from relasi.engine.access.door import SightOfMany, fields_for, sight_of_many
from relasi.engine.access.prepared import Given, IsOneOf, prepared
from relasi.engine.declare.module import Module
from relasi.engine.declare.registry import registry
from relasi.engine.fields.letter_case import upper
from relasi.engine.query.common_words import by_age, by_the_word_index, is_common, newest_since
from relasi.engine.records.absorbed import Absorbed, survivor_of
from relasi.engine.records.record import RecordIndex

_WORD = re.compile(r"[\w@.+\-]+")
_PHONE = re.compile(r"^[\d\s()+.\-/]{4,}$")
_BETWEEN_PIECES = re.compile(r"[@._\-+]+")
_NUMBER = re.compile(r"[A-Z]+[A-Z0-9/.\-]*\d[A-Z0-9/.\-]*")
MOST_WORDS = 8
STEMS = ("indonesian", "english")
# So many hits are looked at before ranking; more would only cost time.
CANDIDATES = 200


@dataclass
class Hit:
    id: int
    module: Module
    number: str
    title: str
    rank: float


def phone_digits(text: str) -> str | None:
    """The digits a phone number is indexed by, when the text looks like one: 0812-3456 -> 8123456."""
    if not _PHONE.match(text.strip()):
        return None
    digits = re.sub(r"\D", "", text)
    return (digits.removeprefix("62") if digits.startswith("62") else digits).lstrip("0") or None


def words_of(text: str) -> list[str]:
    digits = phone_digits(text)
    if digits:
        return [digits]
    return [word.strip(".-+@") for word in _WORD.findall(text)[:MOST_WORDS] if word.strip(".-+@")]


def query_of(text: str) -> SearchQuery | None:
    """Every word must occur, at least as the beginning of one; or the stems of a longer text agree."""
    words = words_of(text)
    if not words:
        return None
    found = _raw_query(_all_of([_as_written(word) for word in words]))
    if not phone_digits(text):
        for config in STEMS:
            found = found | SearchQuery(text, config=config)
    return found


def _as_written(word: str) -> list[str]:
    """A number beside other words may be a phone number: "Budi 0812345". Addresses of mail are kept in pieces."""
    digits = phone_digits(word)
    if digits and digits != word:
        return [word, digits]
    pieces = " ".join(_BETWEEN_PIECES.split(word))
    return [word, pieces] if pieces != word else [word]


def _all_of(words: list[list[str]], whole: int = 0) -> str:
    """The query for each word in one of its spellings, as the beginning of a word; the first `whole` as whole words."""
    quoted = [
        [f"'{_bare(spelling)}'{'' if place < whole else ':*'}" for spelling in spellings]
        for place, spellings in enumerate(words)
    ]
    return " & ".join(f"({' | '.join(spellings)})" for spellings in quoted)


def _raw_query(raw: Any) -> SearchQuery:
    return SearchQuery(raw, config="relasi", search_type="raw")


def _bare(word: str) -> str:
    return word.replace("\\", " ").replace("'", " ")


def matching_ids(user: Any, text: str, module: Module) -> QuerySet:
    """Ids of the module's living records with these words where the person may read them, as a subquery."""
    query = query_of(text)
    rows = RecordIndex.objects.filter(module=module.key, trashed_at=None)
    if query is None:
        return rows.none().values("pk")
    by_words = _with_words(rows, query, _readable(user, [module])).values("pk")
    return rows.filter(Q(pk__in=by_words) | number_q(text)).values("pk") if looks_numbered(text) else by_words


def looks_numbered(text: str) -> bool:
    return bool(_NUMBER.fullmatch(upper(text.strip())))


class BeginsWith(Func):
    """BeginsWith(F("number"), Given("begun")): a text in capitals against a pattern, as the index on it needs."""

    template = "UPPER(%(expressions)s"
    arg_joiner = "::text) LIKE "
    output_field = BooleanField()


class IsFrom(Func):
    """IsFrom(F("pk"), Given("since")): a value or a larger one."""

    template = "%(expressions)s"
    arg_joiner = " >= "
    output_field = BooleanField()


def like_text(text: str) -> str:
    """The text as a pattern finds it, whatever signs it holds."""
    return re.sub(r"([\\%_])", r"\\\1", text)


def number_q(text: str) -> Q:
    """Records whose number begins so, when the text looks like the number of a record: "con-0012"."""
    raised = upper(text.strip())
    return Q(number__upper__startswith=raised) if looks_numbered(text) else Q(pk__in=[])


def _readable(user: Any, modules: list[Module]) -> dict[str, list[str]]:
    """Weights that hold nothing closed to the person -> keys of the modules, for modules where something is.

    A word of a field one may not see finds nothing: fields of one weight are told or kept together.
    """
    found: dict[str, list[str]] = {}
    for module in modules:
        seen = fields_for(user, "view", module)
        shut = {
            weight
            for name, weight in module.search.items()
            if name not in seen and name not in module.title_fields
        }
        if shut:
            found.setdefault(",".join(weight for weight in "ABCD" if weight not in shut), []).append(
                module.key
            )
    return found


def _with_words(rows: QuerySet, query: SearchQuery, readable: dict[str, list[str]]) -> QuerySet:
    found = rows.filter(vector=query)
    for number, (weights, keys) in enumerate(readable.items()):
        told = Func(
            F("vector"), function="ts_filter", template=f"%(function)s(%(expressions)s, '{{{weights.lower()}}}')",
            output_field=SearchVectorField(),
        )  # fmt: skip
        found = found.alias(**{f"told_{number}": told})
        found = found.filter(~Q(module__in=keys) | Q(**{f"told_{number}": query}))
    return found


def search(user: Any, text: str, *, modules: list[Module] | None = None, limit: int = 10) -> list[Hit]:
    """The best hits this person may see, best first. Misspelt titles are tried only when words find too little."""
    text, modules = text.strip(), modules or registry.records
    seen = sight_of_many(user, modules)
    if not text or seen is None:
        return []
    looked = _Looked(seen, _readable(user, modules), limit)
    hits = _by_number(looked, text) + _by_words(looked, text)
    if len(hits) < 3 and len(text) >= 4 and not phone_digits(text):
        hits += _alike(looked, text)
    unique = {hit.id: hit for hit in reversed(hits)}
    return sorted(unique.values(), key=lambda hit: (-hit.rank, hit.title))[:limit]


@dataclass(frozen=True)
class _Looked:
    """Where one search looks. readable: see `_readable`."""

    seen: SightOfMany
    readable: dict[str, list[str]]
    limit: int

    def hits(self, how: str, rows: Callable[[QuerySet], QuerySet], values: dict[str, Any]) -> list[Hit]:
        """how: names the shape of the rows, which must be those of the index with a rank."""

        def build() -> QuerySet:
            found = rows(RecordIndex.objects.filter(self.seen.q(), trashed_at=None))
            return found.values_list("pk", "module", "number", "title", "rank")

        told = tuple((weights, *keys) for weights, keys in self.readable.items())
        query = prepared(("search", how, self.seen.shape, told, self.limit), build)
        found = query.tuples({**self.seen.values, **values})
        return [Hit(id, registry.module(key), number, title, rank) for id, key, number, title, rank in found]

    def ranked(self, how: str, query: SearchQuery, values: dict[str, Any], weight: float = 1.0) -> list[Hit]:
        """Of the newest records alone where words are common and that gives enough, otherwise of all."""
        if is_common(values["raw"]):
            since = {**values, "since": newest_since()}
            with by_age():
                found = self.hits(f"{how}-newest", self._best(query, weight, newest=True), since)
            if len(found) >= self.limit:
                return found
        with by_the_word_index():
            return self.hits(how, self._best(query, weight), values)

    def _best(
        self, query: SearchQuery, weight: float, newest: bool = False
    ) -> Callable[[QuerySet], QuerySet]:
        def rows(seen: QuerySet) -> QuerySet:
            if newest:
                seen = seen.filter(IsFrom(F("pk"), Given("since"))).order_by("-pk")
            some = _with_words(seen, query, self.readable).values("pk")[:CANDIDATES]
            rank = Func(F("vector"), query, function="ts_rank", output_field=FloatField()) * weight
            return RecordIndex.objects.filter(pk__in=some).annotate(rank=rank).order_by("-rank")[: self.limit]

        return rows


def _by_number(looked: _Looked, text: str) -> list[Hit]:
    """The whole number before those that only begin so; the number of a merged record finds what it went into."""
    if not looks_numbered(text):
        return []
    whole = upper(text)

    def begun(seen: QuerySet) -> QuerySet:
        rank = Case(When(number__upper=Given("whole"), then=Value(9.0)), default=Value(0.5))
        rows = seen.filter(BeginsWith(F("number"), Given("begun"))).annotate(rank=rank)
        return rows.order_by(Length("number"), "number")[:5]

    found = looked.hits("begun", begun, {"whole": whole, "begun": f"{like_text(whole)}%"})
    if any(hit.rank > 1 for hit in found):
        return found
    gone = [survivor_of(id) for id in Absorbed.objects.filter(number=whole).values_list("pk", flat=True)[:5]]
    if not gone:
        return found

    def moved(seen: QuerySet) -> QuerySet:
        return seen.filter(IsOneOf(F("pk"), Given("ids"))).annotate(rank=Value(9.0))

    return found + looked.hits("moved", moved, {"ids": gone})


def _by_words(looked: _Looked, text: str) -> list[Hit]:
    words = words_of(text)
    if not words:
        return []
    written = [_as_written(word) for word in words]
    raw = _all_of(written)
    if phone_digits(text):
        return looked.ranked("phone", _raw_query(Given("raw")), {"raw": raw})
    if len(words) > 1:
        # Who types on has written the words before in full, and whole words are read several times faster.
        whole = _all_of(written, len(words) - 1)
        found = looked.ranked("whole", _raw_query(Given("raw")), {"raw": whole})
        if len(found) >= looked.limit:
            return found
    query = _raw_query(Given("raw"))
    for config in STEMS:
        query = query | SearchQuery(Given("text"), config=config)
    return looked.ranked("words", query, {"raw": raw, "text": text})


# How like a word must be to be what was meant, and how many such words are tried.
LIKENESS = 0.35
MOST_SPELLINGS = 6


def _alike(looked: _Looked, text: str) -> list[Hit]:
    """Each word in the spellings that titles know."""
    spellings = [[word, *_spellings(word)] for word in words_of(text)]
    if not any(len(some) > 1 for some in spellings):
        return []
    return looked.ranked("alike", _raw_query(Given("raw")), {"raw": _all_of(spellings)}, weight=0.01)


def _spellings(word: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('pg_trgm.similarity_threshold', %s, false)", [str(LIKENESS)])
        cursor.execute(
            "SELECT word FROM records_word WHERE word %% %s ORDER BY similarity(word, %s) DESC, word LIMIT %s",
            [word.lower(), word.lower(), MOST_SPELLINGS],
        )
        return [row[0] for row in cursor.fetchall()]
