"""Rows: the lines of a document as they stand in the form, read from what was posted and drawn again from what came of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _

from relasi.engine.declare.registry import registry
from relasi.engine.fields.kind import Invalid, kind_of
from relasi.engine.fields.number_text import read_number, write_number
from relasi.engine.fields.reader import Reader
from relasi.kits.trade.line import PriceFrom, TradeLine
from relasi.kits.trade.rounding import rounded
from relasi.kits.trade.shelf import KINDS, Ref, shelf
from relasi.kits.trade.unit import Unit

TEXTS = ("name", "description", "unit", "quantity", "price", "discount")
# What lines of goods have besides; nothing else can be sent for them.
TRACKED = ("batch", "expires_on", "serials")
EXTRA = ("rejected", "reject_reason", *TRACKED, "billed", "discount_periods")


@dataclass(frozen=True)
class Part:
    """What a bundle holds, as texts."""

    name: str
    quantity: str
    unit: str
    price: str
    amount: str


@dataclass
class Row:
    """key: what the inputs of the row are named by. was: texts the page showed before, by field. anew: its price is that
    of the list, whatever is stored. line: what the server made of it. errors: sentence by field.
    """

    key: str
    id: int | None = None
    kind: str = "item"
    ref: Ref | None = None
    texts: dict[str, str] = field(default_factory=dict)
    taxes: list[str] = field(default_factory=list)
    optional: bool = False
    was: dict[str, str] = field(default_factory=dict)
    price_from: str = ""
    anew: bool = False
    extra: dict[str, str] = field(default_factory=dict)
    line: TradeLine | None = None
    errors: dict[str, str] = field(default_factory=dict)
    amount: str = ""
    stock: str = ""
    stock_tone: str = ""
    stock_facts: list[tuple[str, str]] = field(default_factory=list)
    unit: str = ""
    parts: list[Part] = field(default_factory=list)

    @property
    def is_item(self) -> bool:
        return self.kind == "item"

    @property
    def price_source(self) -> str | None:
        """Where the price comes from, in words."""
        return str(PriceFrom(self.price_from).label) if self.price_from else None

    @property
    def is_blank(self) -> bool:
        return self.id is None and self.ref is None and not any(self.texts.get(n) for n in ("name", "price"))

    @property
    def item(self) -> str:
        return f"{self.ref.kind}:{self.ref.id}" if self.ref else ""

    @property
    def tax_codes(self) -> list[str]:
        return [rule.code for rule in self.line.rules] if self.line is not None else self.taxes

    @property
    def extras(self) -> list[tuple[str, Any, str, list[tuple[str, str]]]]:
        """(name, kind of the field, its text, what can be chosen) of what the editor asks for below the item."""
        if self.line is None or (self.ref is None and not self.line.asks_of_text):
            return []
        fields = registry.of(self.line).fields
        product: Any = self.line.product if self.line.product_id else None
        tracked = product is not None and product.serial_tracking != "none"
        asked = [name for name in self.line.extra if tracked or name not in TRACKED]
        kinds: list[Any] = [kind_of(fields[name]) for name in asked]
        return [
            (
                kind.key,
                kind,
                self.extra.get(kind.key, ""),
                [(o.key, str(o.label)) for o in getattr(kind, "options", ())],
            )
            for kind in kinds
        ]

    @property
    def components(self) -> list[dict[str, Any]]:
        return (self.line.components or []) if self.line is not None else []


def read_rows(data: Any) -> list[Row]:
    """In the order in which the rows stand on the page."""
    return [
        _read(data, key) for key in dict.fromkeys(data.getlist("line")) if key.isalnum() and len(key) < 20
    ]


def _read(data: Any, key: str) -> Row:
    def text(name: str) -> str:
        return data.get(f"line-{key}-{name}", "").strip()

    id, kind = text("id"), text("kind")
    found = Row(
        key, int(id) if id.isdigit() and len(id) < 19 else None, kind if kind in ("section", "note") else "item",
        read_ref(text("item") or text("code")),
    )  # fmt: skip
    found.texts = {name: text(name) for name in TEXTS}
    found.taxes = data.getlist(f"line-{key}-taxes")
    found.optional = bool(text("optional"))
    found.was = {name: text(f"was-{name}") for name in ("item", "price", "taxes")}
    found.price_from = text("from")
    found.anew = bool(text("anew"))
    found.extra = {name: text(name) for name in EXTRA if f"line-{key}-{name}" in data}
    if found.item != found.was["item"] and found.ref is not None:
        # Another item brings its own name, price and taxes; a price typed since it was chosen stays.
        typed = found.texts["price"] if found.texts["price"] != found.was["price"] else ""
        found.texts |= {"name": "", "description": "", "unit": "", "price": typed}
        found.was |= {"price": "", "taxes": ",".join(found.taxes)}
    return found


def read_ref(text: str) -> Ref | None:
    """ "product:12", or without scripts the code of an item."""
    kind, _colon, id = text.partition(":")
    if kind in KINDS and id.isdigit() and len(id) < 19:
        return Ref(kind, int(id))
    return shelf().by_code(text) if text else None


def act_on(rows: list[Row], act: str) -> list[Row]:
    """The rows after a button was pressed: add:item, up:k, down:k, copy:k, remove:k, prices."""
    verb, _colon, which = act.partition(":")
    if verb == "prices":
        for row in rows:
            row.anew = row.anew or (row.ref is not None and row.price_from != "typed")
        return rows
    if verb == "add":
        fresh = max((int(row.key[1:]) for row in rows if row.key[1:].isdigit()), default=0) + 1
        return [*rows, Row(f"n{fresh}", kind=which if which in ("section", "note") else "item")]
    place = next((i for i, row in enumerate(rows) if row.key == which), None)
    if place is None:
        return rows
    rows = list(rows)
    if verb == "remove":
        del rows[place]
    elif verb == "copy":
        row = rows[place]
        twin = Row(f"{row.key}c{len(rows)}", None, row.kind, row.ref, dict(row.texts), list(row.taxes), row.optional,
                   {"item": row.item, "price": "", "taxes": ""}, "typed")  # fmt: skip
        rows.insert(place + 1, twin)
    elif verb in ("up", "down"):
        other = place + (-1 if verb == "up" else 1)
        if 0 <= other < len(rows):
            rows[place], rows[other] = rows[other], rows[place]
    return rows


def as_lines(rows: Iterable[Row], reader: Reader) -> list[dict[str, Any]]:
    """What the write door takes: what nobody touched is left out, so that it follows the catalog where it may."""
    return [_values(row, reader) for row in rows]


def _values(row: Row, reader: Reader) -> dict[str, Any]:
    found: dict[str, Any] = {
        "kind": row.kind,
        "name": row.texts["name"],
        "description": row.texts["description"],
    }
    if row.id is not None:
        found["id"] = row.id
    if not row.is_item:
        return found
    found |= {kind: row.ref.id if row.ref and row.ref.kind == kind else None for kind in KINDS}
    found |= row.extra
    found |= {"quantity": row.texts["quantity"] or "1", "unit": row.texts["unit"], "optional": row.optional}
    price = row.texts["price"]
    touched = price != row.was["price"] or row.item != row.was["item"]
    if row.price_from == "typed" or touched or (row.id is None and row.ref is None):
        found["price"] = price
    elif row.anew:
        found["price"] = ""  # an emptied price comes from the list
    if ",".join(row.taxes) != row.was["taxes"]:
        found["taxes"] = row.taxes
    return found | discount_values(row.texts["discount"], reader)


def discount_values(text: str, reader: Reader) -> dict[str, Any]:
    """ "10%" and "10" are percent, "50.000" is an amount."""
    bare = text.removesuffix("%").strip()
    if not bare:
        return {"discount_percent": None, "discount_amount": None}
    try:
        number = read_number(bare, reader, 2)
    except (Invalid, InvalidOperation):
        return {"discount_percent": text}
    if text.endswith("%") or number <= 100:
        return {"discount_percent": number, "discount_amount": None}
    return {"discount_percent": None, "discount_amount": number}


def drawn(row: Row, line: TradeLine, reader: Reader) -> Row:
    """The row as the page shows it: refused texts as they were typed, all others as they are stored now."""
    row.line, row.ref = line, line.ref
    row.optional, row.price_from = bool(line.optional), line.price_from or ""
    for name in ("name", "description", "unit", "quantity", "price"):
        if name not in row.errors:
            kind = kind_of(registry.of(line).fields[name])
            row.texts[name] = kind.typed(getattr(line, name), reader) or ""
    for name in line.extra:
        if name not in row.errors:
            row.extra[name] = kind_of(registry.of(line).fields[name]).typed(getattr(line, name), reader) or ""
    if "discount" not in row.errors:
        row.texts["discount"] = discount_text(line, reader)
    row.taxes = list(line.taxes or ())
    row.was = {"item": row.item, "price": row.texts["price"], "taxes": ",".join(row.taxes)}
    if line.is_item:
        row.amount = plain(line.net, reader)
        row.unit = unit_label(line.unit)
        row.parts = [_part(one, line.quantity or Decimal(0), reader) for one in line.components or ()]
    return row


def name_chosen(rows: Iterable[Row]) -> None:
    """Items chosen a moment ago, on rows of which something else could not be read, are shown by their names."""
    nameless = [row for row in rows if row.ref is not None and not row.texts["name"]]
    names = {ref: name for ref, name, _detail in shelf().named([row.ref for row in nameless if row.ref])}
    for row in nameless:
        row.texts["name"] = names.get(row.ref, "")


def tell_stock(rows: Iterable[Row], promised: bool, reader: Reader) -> None:
    """How many are available of what stands on each row, and of what that is made up. promised: the document has taken
    its own already."""
    told = [(row, row.ref) for row in rows if row.ref is not None and row.line is not None]
    there = shelf().stock(list(dict.fromkeys(ref for _row, ref in told))) if told else {}
    for row, ref in told:
        if ref in there:
            wanted = Decimal(0) if promised or row.line is None else row.line.quantity or Decimal(0)
            found = there[ref]
            row.stock = write_number(found.available, reader, 3, shortest=True)
            row.stock_tone = "pos" if found.available >= wanted else "neg" if found.available <= 0 else "warn"
            named = {
                _("On hand"): found.on_hand,
                _("Committed"): found.committed,
                _("Incoming"): found.incoming,
            }
            row.stock_facts = [
                (label, write_number(amount, reader, 3, shortest=True))
                for label, amount in named.items()
                if amount is not None
            ]


def plain(value: Decimal, reader: Reader) -> str:
    """An amount where the column names the currency."""
    return write_number(value, reader, 2 if value % 1 else 0)


def unit_label(unit: str | None) -> str:
    return str(Unit(unit).label) if unit else ""


def _part(stored: dict[str, Any], bundles: Decimal, reader: Reader) -> Part:
    quantity, price = Decimal(stored["quantity"]) * bundles, Decimal(stored["price"])
    return Part(
        stored["name"], write_number(quantity, reader, 3, shortest=True), unit_label(stored["unit"]),
        plain(price, reader), plain(rounded(Fraction(quantity) * Fraction(price), 2), reader),
    )  # fmt: skip


def add_subtotals(rows: Iterable[Row], reader: Reader) -> None:
    """Every section shows the sum of the lines below it, to the next section."""
    section, total = None, Decimal(0)
    for row in rows:
        if row.kind == "section":
            section, total = row, Decimal(0)
            row.amount = plain(total, reader)
        elif section is not None and row.line is not None and row.line.counts:
            total += row.line.net
            section.amount = plain(total, reader)


def discount_text(line: Any, reader: Reader) -> str:
    percent, amount = line.discount_percent, line.discount_amount
    if percent is not None:
        return kind_of(line._meta.get_field("discount_percent")).show(percent, reader)
    return (
        kind_of(line._meta.get_field("discount_amount")).typed(amount, reader) if amount is not None else ""
    )


def row_of(line: TradeLine, reader: Reader) -> Row:
    return drawn(Row(f"l{line.pk}", line.pk, line.kind), line, reader)
