"""A condition says the same in SQL and in memory, whatever the value: proved on a table of parrots."""

import random
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from hypothesis import given, settings
from hypothesis import strategies as st

from relasi.engine.access.acting import SYSTEM, acting
from relasi.engine.access.owner import Owner
from relasi.engine.declare.registry import registry
from relasi.engine.fields import owner
from relasi.engine.fields.kind import Invalid, Kind, kind_of
from relasi.engine.fields.operators import check_operand
from relasi.engine.fields.periods import COUNT_OPERATORS
from relasi.engine.fields.reader import ENGLISH, INDONESIAN, Reader
from relasi.engine.query.path import resolve
from relasi.engine.records.write import Draft, write
from tests.fakes.models import Cage, Parrot
from tests.fakes.parrot import Colour, Mood

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 23, 18, 30, tzinfo=UTC)  # already the 24th in Jakarta, still the 23rd in London
READERS = [
    INDONESIAN,
    ENGLISH,
    Reader(zone="Europe/London"),
    Reader(zone="Asia/Jayapura"),
    Reader(zone="Pacific/Apia"),
]

TEXTS = [
    None, "Beo", "beo", "BEO", " Beo ", "Beo Nias", "50%", "5_0", "5\\0", "50", "%", "_", "\\", "a%b_c\\d", "straße",
    "STRASSE", "STRAßE", "İstanbul", "istanbul", "ıstanbul", "ǆ", "ǅ", "Ǆ", "ﬁn", "FIN", "ΣΊΣΥΦΟΣ", "σίσυφος", "ς",
    "ŉ", "É", "é", "e\u0301", "日本", "a\nb", "'; DROP", "null", "ᾳ", "ᾼ", "\u1c8a", "😀", "ꟛ", "ɤ",
]  # fmt: skip
DAYS = [NOW.date() + timedelta(days=n) for n in (*range(-10, 11), -366, -90, -31, 31, 62, 365, 400)]
NUMBERS = [None, 0, 1, -1, 5, 10, 149]


def _moments() -> list[datetime | None]:
    found: list[datetime | None] = [None, NOW]
    for reader in READERS:
        for day in DAYS[::2]:
            midnight = datetime(day.year, day.month, day.day, tzinfo=reader.tz).astimezone(UTC)
            found += [midnight, midnight - timedelta(microseconds=1), midnight + timedelta(hours=23)]
    return found


def _addresses() -> list[Any]:
    cities = [{"city": text, "country": "ID"} for text in TEXTS if text and "\n" not in text]
    return [None, {"street": "Jl. A"}, *cities]


def _values(cages: list[int], owners: list[int], chance: random.Random) -> dict[str, Callable[[], Any]]:
    """Field -> a function that gives some value it may hold."""
    one = chance.choice
    pools: dict[str, list[Any]] = {
        "nickname": TEXTS, "story": TEXTS, "diet": [None, *(f"<p>{t}</p>" for t in TEXTS if t)],
        "mood": [None, *(m.value for m in Mood), "retired"],
        "colours": [None, ["green"], ["red", "blue"], ["green", "red", "blue", "grey"], ["grey"]],
        "age_years": NUMBERS, "weight": [None, Decimal("0"), Decimal("0.125"), Decimal("-3.5"), Decimal("99999.999")],
        "chatter": [None, Decimal("0"), Decimal("99.99"), Decimal("100")],
        "price": [None, Decimal(0), Decimal("0.01"), Decimal("-5"), Decimal("9999999999999999.99")],
        "currency": [None, "IDR", "USD"], "upkeep": [None, Decimal(1000)],
        "hatched": [None, *DAYS, date(1000, 1, 1), date(9998, 12, 31)], "heard_at": _moments(),
        "tame": [True, False], "vaccinated": [None, True, False],
        "email": [None, "a@x.id", "A@x.id", "b_c@x.id", "ü@x.id"],
        "phone": [None, "+6281234567810", "+622150812345", "+12125550123", "+6281234567810;ext=12"],
        "website": [None, "https://x.id", "https://X.id/%20a_b"],
        "home": _addresses(), "cage": [None, *cages], "friends": [None, [1], [1, 2], [3]],
        "picture": [None, "pictures/ab/x.webp"], "owner": owners,
    }  # fmt: skip
    return {name: (lambda pool=pool: one(pool)) for name, pool in pools.items()}


@pytest.fixture
def parrots():
    """Two hundred parrots with every odd value, and some that are empty but for their name."""
    owners = [Owner.objects.create(pk=pk, kind="user", name=f"Owner {pk}").pk for pk in (901, 902, 903)]
    with acting(SYSTEM, via="import"):
        rooms = [Draft({"name": name, "owner": 901}) for name in ("A", "B")]
        cages = [cage.pk for cage in write(registry.of(Cage), rooms, parsed=True).records]
        give = _values(cages, owners, random.Random(7))
        drafts = [Draft({"name": "Bare", "owner": 901}) for _n in range(3)]
        for n in range(200):
            drafts.append(Draft({"name": f"P{n}", **{name: value() for name, value in give.items()}}))
        for field, pool in (("nickname", TEXTS), ("story", TEXTS), ("heard_at", _moments()), ("hatched", DAYS),
                            ("home", _addresses())):  # fmt: skip
            drafts += [Draft({"name": field, "owner": 901, field: value}) for value in pool]
        write(registry.of(Parrot), drafts, parsed=True)
        yield list(Parrot.objects.all())


@pytest.fixture(autouse=True)
def _owner_sets(monkeypatch):
    monkeypatch.setattr(
        owner,
        "_owner_sets",
        {"me": [901], "my_team": [901, 902], "my_groups": [904], "inactive": [903]}.__getitem__,
    )


def operands(kind: Kind, operator: str, pool: list[Any]) -> st.SearchStrategy[Any]:
    """What a person may type beside an operator: values there are, pieces of them, and anything else."""
    typed = st.sampled_from(
        [kind.typed(value, INDONESIAN) for value in pool if not kind.is_empty(value)] or ["x"]
    )
    if operator in COUNT_OPERATORS:
        return st.integers(0, 400)
    pieces = st.builds(
        lambda text, start, size: text[start : start + size], typed, st.integers(0, 3), st.integers(1, 4)
    )
    one = st.one_of(typed, pieces, st.sampled_from([t for t in TEXTS if t]), st.text(max_size=4))
    if operator == "between":
        return st.tuples(one, one).map(list)
    return (
        st.one_of(one, st.lists(one, max_size=3))
        if operator in ("in", "not_in", "any", "all", "none")
        else one
    )


FIELDS = [
    "name", "nickname", "story", "diet", "mood", "colours", "age_years", "weight", "chatter", "price", "currency",
    "hatched", "heard_at", "tame", "vaccinated", "email", "phone", "website", "home", "home.city", "home.country",
    "cage", "friends", "picture", "owner", "number", "created_at", "source", "version", "cage.name",
]  # fmt: skip


def _cases() -> list[tuple[str, str]]:
    from relasi.engine.fields.dates import DATE_OPERATORS

    found = []
    for name in FIELDS:
        field = Parrot._meta.get_field(name.split(".")[0])
        kind = kind_of(field)
        if "." in name:
            kind = (
                kind_of(Cage._meta.get_field("name"))
                if name == "cage.name"
                else kind.part(name.split(".")[1])
            )
        found += [(name, operator) for operator in kind.operators]
    assert ("hatched", DATE_OPERATORS[0]) in found
    return found


def test_every_operator_of_every_field_agrees(parrots):
    with acting(SYSTEM), time_machine.travel(NOW, tick=False):
        for name, operator in _cases():
            _agrees(name, operator, parrots)


def _agrees(name: str, operator: str, parrots: list[Any]) -> None:
    path = resolve(registry.of(Parrot), name, SYSTEM)
    kind = path.kind
    pool = list({repr(value): value for value in map(path.value_of, parrots)}.values())
    tried = (
        4
        if kind.operators and operator in ("empty", "not_empty", "me", "my_team", "my_groups", "inactive")
        else 15
    )

    @settings(max_examples=tried, deadline=None, database=None, derandomize=True)
    @given(raw=operands(kind, operator, pool), reader=st.sampled_from(READERS))
    def check(raw: Any, reader: Reader) -> None:
        try:
            operand = kind.operand(operator, raw, reader)
        except Invalid:
            return
        check_operand(kind, operator, operand)
        found = set(
            Parrot.objects.filter(kind.where(path.orm, operator, operand, reader)).values_list(
                "pk", flat=True
            )
        )
        held = {
            parrot.pk for parrot in parrots if kind.holds(path.value_of(parrot), operator, operand, reader)
        }
        assert found == held, (
            f"{name} {operator} {operand!r}: {[path.value_of(p) for p in parrots if p.pk in found ^ held]}"
        )

    check()


def test_every_period_agrees_on_every_day_of_two_years(parrots):
    """Month ends, leap days, quarters and years begin where they should, in SQL and in memory."""
    kind = kind_of(Parrot._meta.get_field("hatched"))
    with acting(SYSTEM):
        for step in range(0, 731, 17):
            with time_machine.travel(datetime(2027, 1, 1, 12, tzinfo=UTC) + timedelta(days=step), tick=False):
                for operator in kind.operators:
                    if operator.startswith(("this_", "last_", "next_")) and operator not in COUNT_OPERATORS:
                        where = kind.where("hatched", operator, None, INDONESIAN)
                        found = set(Parrot.objects.filter(where).values_list("pk", flat=True))
                        assert found == {
                            p.pk for p in parrots if kind.holds(p.hatched, operator, None, INDONESIAN)
                        }


def test_a_malformed_condition_is_refused_instead_of_reaching_the_database(parrots):
    wrong: list[tuple[str, str, Any]] = [
        ("price", "gte", "abc"), ("price", "gte", None), ("price", "gte", [1]), ("price", "gte", "NaN"),
        ("price", "between", [1]), ("price", "is", {"a": 1}), ("hatched", "on", "31/02/2026"), ("hatched", "on", 5),
        ("hatched", "last_n_days", "7"), ("hatched", "last_n_days", -1), ("nickname", "is", "a\x00b"),
        ("nickname", "contains", 5), ("nickname", "in", "a"), ("nickname", "in", [None]), ("cage", "is", "x"),
        ("colours", "any", [1]), ("tame", "is", "yes"), ("age_years", "is", 1.5), ("mood", "nonsense", "x"),
        ("price", "gte", "1e400"),
    ]  # fmt: skip
    for name, operator, operand in wrong:
        with pytest.raises(Invalid):
            check_operand(kind_of(Parrot._meta.get_field(name)), operator, operand)


def test_colours_are_compared_as_sets():
    kind = kind_of(Parrot._meta.get_field("colours"))
    both = [Colour.GREEN.value, Colour.RED.value]
    assert kind.holds(both, "all", both)
    assert kind.holds(both, "any", [Colour.RED.value])
    assert not kind.holds(both, "none", [Colour.RED.value])
    assert kind.holds(None, "none", both)
