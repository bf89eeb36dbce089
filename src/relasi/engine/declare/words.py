"""The words a module file may use to say how its records show."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

# Search weights, as PostgreSQL names them: a hit in A counts most.
A, B, C, D = "A", "B", "C", "D"


@dataclass(frozen=True)
class Section:
    """A titled group of fields on the form and on the page: Section(_("Request"), "title contact")."""

    title: Any
    names: str

    @property
    def fields(self) -> list[str]:
        return self.names.split()


@dataclass(frozen=True)
class Related:
    """A panel of the records of another module that point here: Related("sales.Deal", by="account")."""

    module: str
    by: str = ""
    columns: Sequence[str] = ()
    title: Any = None


@dataclass(frozen=True)
class CardWriter:
    """How a record is written into a file of cards. write: its id and field -> value -> the text. fields: what it reads."""

    write: Callable[[int, dict[str, Any]], str]
    fields: Sequence[str]


@dataclass(frozen=True)
class Timeline:
    """The middle of the page: everything that happened to the record, newest first."""


@dataclass(frozen=True)
class Body:
    """What a record itself is made of, above its timeline: a template, and the function that gives it `body`.

    gives: dotted path of a function of the record and the person.
    """

    template: str
    gives: str


@dataclass(frozen=True)
class StagePath:
    """A bar of the steps of a choice or stage field, the current one marked, each one a button."""

    by: str


@dataclass(frozen=True)
class Action:
    """A verb of the module as a button: one method of the same name on the record.

    ask: names of the fields asked for in a small form before the verb runs. form: name of the method that gives
    a blank row of another model, with what it proposes, where these are not fields of the record itself.
    preview: name of the method that tells of what the verb returned what it did, as rows of (label, text). The dialog shows
    it beforehand: the verb runs and is taken back, so it must not send anything out of the database.
    when: tells from the record alone whether the button shows. quiet: it stands in the menu alone. page: where the
    button leads instead, below the record's own address.
    """

    verb: str
    label: Any
    icon: str = "check"
    ask: tuple[str, ...] = ()
    form: str = ""
    preview: str = ""
    when: Callable[[Any], bool] | None = None
    tool: str = ""
    danger: bool = False
    quiet: bool = False
    page: str = ""

    @property
    def address(self) -> str:
        """Below the record's own."""
        return self.page or f"do/{self.verb}/"


@dataclass(frozen=True)
class FinalNumber:
    """The number a record gets instead of its first one as soon as the field `by` has one of the values `on`: counted by
    year without a gap, in the year of the field `day`. pattern: as `number`.
    """

    pattern: str
    by: str
    on: tuple[str, ...]
    day: str


@dataclass(frozen=True)
class Match:
    """How an import knows that a row means a stored record: both give the same key.

    of: names of the fields whose texts, joined by a space, make the key. key: dotted path of the function
    that makes it; without one, only letter case does not count. column: where records keep the key; without
    one, `of` itself is compared. beside: names of fields that must be equal too. differ: dotted path of a
    function of the same texts: two of one key are different when it gives two different answers, neither of
    them empty. usual: taken when nobody chooses. last: asked only of rows that no other match can tell. A blank
    key matches nothing.
    """

    label: Any
    of: str
    key: str = ""
    column: str = ""
    beside: str = ""
    differ: str = ""
    usual: bool = True
    last: bool = False

    @property
    def fields(self) -> list[str]:
        return self.of.split()


@dataclass(frozen=True)
class Board:
    """The records as cards in columns, one for each value of a choice, a yes or no, an owner or a row of settings.

    by: that field. card: names of at most six fields a card shows beside the title. sum, weighted: names of the
    fields a column adds up. within: the reference that the record and the row of its column both have and the
    board shows one of at a time, as a pipeline. closed: the keys of a choice that end a record's way; rows of
    settings say it themselves (`is_open`). since: the field that holds when a record was closed. bar: the field of a
    column's row its bar shows. marks: computed values in words that warn.
    """

    by: str
    card: Sequence[str] = ()
    sum: str = ""
    weighted: str = ""
    within: str = ""
    closed: Sequence[str] = ()
    since: str = ""
    bar: str = ""
    marks: Sequence[str] = ()


@dataclass(frozen=True)
class Calendar:
    """How the records stand in the calendar, by names of their fields.

    start: a moment, or a day for what has no hours; clock: the moment beside that day, where the hour matters.
    end: what a move sets; until: the moment it is over. all_day, zone: whether it takes whole days, of which zone.
    tone: the choice that colours it. open: a Q of what still lies ahead. place: shown after the time.
    """

    start: str
    end: str = ""
    until: str = ""
    all_day: str = ""
    zone: str = ""
    clock: str = ""
    tone: str = ""
    open: Any = None
    place: str = ""


@dataclass(frozen=True)
class AtHome:
    """That the first rows of a built-in list stand on the start page of whoever owns them, and what waits also on that
    of whoever leads the owners.

    place: the order; those below 100 are what the day holds, the others what waits. title: of the card. columns: what
    stands under a row's title and at its right. tick: the verb of the module that settles a row.
    """

    place: int
    title: Any
    columns: str = ""
    tick: str = ""


@dataclass(frozen=True)
class View:
    """A built-in list: name, icon and a condition tree (see engine.query.condition). columns: those of the module unless
    it has its own."""

    key: str
    name: Any
    condition: dict[str, Any] = field(default_factory=dict)
    icon: str = ""
    sort: Sequence[str] = ()
    home: AtHome | None = None
    columns: Sequence[str] = ()
