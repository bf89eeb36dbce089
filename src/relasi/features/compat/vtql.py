"""VTQL: the query language of the interface, read into a small tree. Knows no module and no field.

    SELECT *|f,f|count(*) FROM Module [WHERE …] [ORDER BY f[,f] [ASC|DESC]] [LIMIT n|LIMIT offset,n] [;]

Besides what programs were written for it takes parentheses, NOT LIKE, NOT IN, IS [NOT] NULL, and no semicolon at the end.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from relasi.engine.fields.kind import UNSTORABLE
from relasi.features.compat.wrong import Wrong

MOST_ROWS = 100
LONGEST = 100_000  # characters
MOST_CONDITIONS = 200
DEEPEST = 20


@dataclass(frozen=True)
class Condition:
    """op: = != < > <= >= like, not like, in, not in, null, not null. values: as text, none for null."""

    field: str
    op: str
    values: tuple[str, ...] = ()


@dataclass(frozen=True)
class Several:
    """any: one must hold, else all."""

    any: bool
    parts: tuple[Condition | Several, ...]


@dataclass
class Query:
    """fields: empty for all of them. order: (field, descending)."""

    module: str
    fields: list[str] = field(default_factory=list)
    count: bool = False
    where: Condition | Several | None = None
    order: list[tuple[str, bool]] = field(default_factory=list)
    offset: int = 0
    limit: int = MOST_ROWS


def syntax_error(near: str = "") -> Wrong:
    return Wrong("QUERY_SYNTAX_ERROR", f"Syntax error in the query{f' near {near[:40]}' if near else ''}")


_TOKEN = re.compile(
    r"""\s*(?:
        (?P<text>'(?:[^']|'')*') |
        (?P<number>[+-]?\d+(?:\.\d+)?(?![\w.])) |
        (?P<word>[A-Za-z_]\w*) |
        (?P<sign><=|>=|!=|<>|[=<>(),*;])
    )""",
    re.VERBOSE | re.ASCII,
)
_COMPARISONS = {"=": "=", "!=": "!=", "<>": "!=", "<": "<", ">": ">", "<=": "<=", ">=": ">="}


@dataclass(frozen=True)
class _Token:
    kind: str  # text, number, word, sign, end
    text: str

    def is_word(self, word: str) -> bool:
        return self.kind == "word" and self.text.lower() == word


_END = _Token("end", "")


def _tokens(text: str) -> list[_Token]:
    found, place = [], 0
    text = text.rstrip()
    while place < len(text):
        match = _TOKEN.match(text, place)
        if match is None or match.lastgroup is None:
            raise syntax_error(text[place : place + 40].strip())
        found.append(_Token(match.lastgroup, match[match.lastgroup]))
        place = match.end()
    return found


def parse(text: str) -> Query:
    """Raises Wrong QUERY_SYNTAX_ERROR, and nothing else."""
    if len(text) > LONGEST or UNSTORABLE.search(text):
        raise syntax_error()
    return _Parser(_tokens(text)).query()


class _Parser:
    def __init__(self, tokens: list[_Token]):
        self.tokens, self.place, self.conditions = tokens, 0, 0

    @property
    def now(self) -> _Token:
        return self.tokens[self.place] if self.place < len(self.tokens) else _END

    def took(self, text: str) -> bool:
        """Goes on when the next token is this word or sign."""
        here = self.now
        if here.is_word(text) or (here.kind == "sign" and here.text == text):
            self.place += 1
            return True
        return False

    def needs(self, text: str) -> None:
        if not self.took(text):
            raise syntax_error(self.now.text)

    def word(self) -> str:
        here = self.now
        if here.kind != "word":
            raise syntax_error(here.text)
        self.place += 1
        return here.text

    def number(self) -> int:
        here = self.now
        if here.kind != "number" or not here.text.isdigit() or len(here.text) > 12:
            raise syntax_error(here.text)
        self.place += 1
        return int(here.text)

    def value(self) -> str:
        here = self.now
        if here.kind not in ("text", "number"):
            raise syntax_error(here.text)
        self.place += 1
        return here.text[1:-1].replace("''", "'") if here.kind == "text" else here.text

    def query(self) -> Query:
        self.needs("select")
        fields, count = self.wanted()
        self.needs("from")
        query = Query(self.word(), fields, count)
        if self.took("where"):
            query.where = self.any_of(0)
        if self.took("order"):
            self.needs("by")
            query.order = self.keys()
        if self.took("limit"):
            self.limit(query)
        self.took(";")
        if self.now is not _END:
            raise syntax_error(self.now.text)
        return query

    def wanted(self) -> tuple[list[str], bool]:
        if self.took("*"):
            return [], False
        first = self.word()
        if first.lower() == "count" and self.took("("):
            self.needs("*")
            self.needs(")")
            return [], True
        fields = [first]
        while self.took(","):
            fields.append(self.word())
        return fields, False

    def keys(self) -> list[tuple[str, bool]]:
        """One direction at the end, for the last of them, as in the original."""
        fields = [self.word()]
        while self.took(","):
            fields.append(self.word())
        descending = self.took("desc")
        if not descending:
            self.took("asc")
        return [(name, descending and place == len(fields) - 1) for place, name in enumerate(fields)]

    def limit(self, query: Query) -> None:
        first = self.number()
        if self.took(","):
            query.offset, first = first, self.number()
        query.limit = min(first, MOST_ROWS)

    def any_of(self, depth: int) -> Condition | Several:
        """AND binds closer than OR, as in SQL."""
        parts = [self.all_of(depth)]
        while self.took("or"):
            parts.append(self.all_of(depth))
        return parts[0] if len(parts) == 1 else Several(True, tuple(parts))

    def all_of(self, depth: int) -> Condition | Several:
        parts = [self.one(depth)]
        while self.took("and"):
            parts.append(self.one(depth))
        return parts[0] if len(parts) == 1 else Several(False, tuple(parts))

    def one(self, depth: int) -> Condition | Several:
        if self.took("("):
            if depth >= DEEPEST:
                raise syntax_error("(")
            found = self.any_of(depth + 1)
            self.needs(")")
            return found
        self.conditions += 1
        if self.conditions > MOST_CONDITIONS:
            raise Wrong("QUERY_SYNTAX_ERROR", f"A query has at most {MOST_CONDITIONS} conditions")
        return self.condition(self.word())

    def condition(self, name: str) -> Condition:
        here = self.now
        if here.kind == "sign" and here.text in _COMPARISONS:
            self.place += 1
            return Condition(name, _COMPARISONS[here.text], (self.value(),))
        if self.took("is"):
            op = "not null" if self.took("not") else "null"
            self.needs("null")
            return Condition(name, op)
        negated = "not " if self.took("not") else ""
        if self.took("like"):
            return Condition(name, f"{negated}like", (self.value(),))
        self.needs("in")
        self.needs("(")
        values = [self.value()]
        while self.took(","):
            values.append(self.value())
        self.needs(")")
        return Condition(name, f"{negated}in", tuple(values))
