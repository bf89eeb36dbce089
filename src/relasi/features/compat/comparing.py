"""Comparing: one condition of a query on one value, as SQL. A value that cannot be read compares with nothing."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from django.db.models import F, Q, TextField
from django.db.models.functions import Cast
from django.db.models.lookups import IRegex

from relasi.engine.fields.address import CountryKind
from relasi.engine.fields.choice import ChoiceKind, MultiChoiceKind
from relasi.engine.fields.dates import DateKind, DateTimeKind
from relasi.engine.fields.kind import Invalid, Kind
from relasi.engine.fields.letter_case import upper
from relasi.engine.fields.money import CurrencyKind
from relasi.engine.fields.numbers import NumberKind
from relasi.engine.fields.phone import PhoneKind
from relasi.engine.fields.text import TextKind
from relasi.features.compat import picklists
from relasi.features.compat.values import meant

NOTHING = Q(pk__in=[])
LOOKUPS = {"<": "lt", ">": "gt", "<=": "lte", ">=": "gte"}
SECOND = timedelta(seconds=1)


def compare(kind: Kind, orm: str, op: str, values: tuple[str, ...]) -> Q:
    """orm: path of the column. op, values: of a Condition."""
    if op.startswith("not ") and op != "not null":
        return ~compare(kind, orm, op[4:], values) | kind.empty_q(orm)
    if op in ("null", "not null"):
        return kind.empty_q(orm) if op == "null" else ~kind.empty_q(orm)
    if op == "in":
        found = NOTHING
        for value in values:
            found |= _equal(kind, orm, value)
        return found
    if op == "!=":
        same = _equal(kind, orm, values[0])
        return ~same if values[0] == "" else ~same | kind.empty_q(orm)
    if op == "like":
        return _like(kind, orm, values[0])
    return _equal(kind, orm, values[0]) if op == "=" else _ordered(kind, orm, op, values[0])


def _read(kind: Kind, text: str) -> Any:
    """None for what is no value of this kind."""
    try:
        return kind.parse(meant(kind, text))
    except Invalid:
        return None


def _equal(kind: Kind, orm: str, text: str) -> Q:
    if text == "":
        return kind.empty_q(orm)
    value = _read(kind, text)
    if value is None:
        return NOTHING
    if isinstance(kind, DateTimeKind):
        return Q(**{f"{orm}__gte": value, f"{orm}__lt": value + SECOND})
    if isinstance(kind, TextKind) and not isinstance(kind, CountryKind):
        return kind.where(orm, "is", value)
    return Q(**{orm: value})


def _ordered(kind: Kind, orm: str, op: str, text: str) -> Q:
    """Moments are told to the second, and so they are compared: after 10:00:00 is from 10:00:01 on."""
    value = _read(kind, text)
    if value is None:
        return NOTHING
    if isinstance(kind, DateTimeKind) and op in (">", "<="):
        value, op = value + SECOND, {">": ">=", "<=": "<"}[op]
    if isinstance(kind, TextKind) and "__" not in orm:
        return Q(**{f"{orm}__upper__{LOOKUPS[op]}": upper(value)})
    return Q(**{f"{orm}__{LOOKUPS[op]}": value})


def _like(kind: Kind, orm: str, pattern: str) -> Q:
    regex = regex_of(pattern)
    if isinstance(kind, ChoiceKind) and not isinstance(kind, CurrencyKind):
        keys = [
            one.key
            for one in kind.options
            if re.fullmatch(regex[1:-1], picklists.spelled(kind, one.key), re.I)
        ]
        return Q(**{f"{orm}__in": keys}) if keys else NOTHING
    if isinstance(kind, PhoneKind):
        return _like_phone(kind, orm, pattern, regex)
    if isinstance(kind, TextKind):
        return Q(**{f"{orm}__iregex": regex})
    if isinstance(kind, NumberKind | DateKind) and not isinstance(kind, MultiChoiceKind):
        return Q(IRegex(Cast(F(orm), TextField()), regex))
    return NOTHING


def _like_phone(kind: PhoneKind, orm: str, pattern: str, regex: str) -> Q:
    """Stored as +62812…, however it was typed: the digits of 0812-34 are found in it."""
    found, bare = Q(**{f"{orm}__iregex": regex}), pattern.strip("%")
    if pattern.startswith("%") and any(sign.isdigit() for sign in bare) and not set(bare) & {"%", "_"}:
        found |= kind.where(orm, "contains", kind.operand("contains", bare))
    return found


def regex_of(pattern: str) -> str:
    """% stands for any signs, _ for one."""
    parts = (".*" if sign == "%" else "." if sign == "_" else re.escape(sign) for sign in pattern)
    return f"^{''.join(parts)}$"


def order_of(kind: Kind, orm: str) -> Any:
    return kind.order(orm) if isinstance(kind, TextKind) else F(orm)
