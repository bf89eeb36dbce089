"""Doubles search: the stored companies, people and leads a new one looks like, as far as the person may see them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import CharField, Q, QuerySet, TextField, Value
from django.db.models.functions import Cast
from rapidfuzz import fuzz

from relasi.engine.access.acting import acting_user
from relasi.engine.access.door import visible_to
from relasi.engine.declare.module import Module
from relasi.engine.fields.phone_number import is_mobile_key, phone_key
from relasi.engine.records.batch import Draft
from relasi.kits.parties.company_name import company_key
from relasi.kits.parties.doubles import POSSIBLE, person_party, resemblance

# So many doubles are shown of one record; more would tell nothing new.
MOST = 5

# Up to here names are compared letter by letter with those of the same account; larger batches by their keys alone.
FEW_DRAFTS, MOST_COLLEAGUES, LEAST_RATIO = 20, 500, 70

WATCHED = ("name_key", "email_key", "phone_key")

Wanted = dict[tuple[str, Any], list[Draft]]


def find(module: Module, drafts: Iterable[Draft]) -> Iterator[tuple[Draft, list[int]]]:
    """For each draft whose name, e-mail or phone is new: the ids of the visible records that are probably the same.

    The same e-mail, mobile number, tax number or company name counts anywhere; the same name of a person within one
    account or company. At most three queries, whatever the number of drafts; each by an index.
    """
    asked = [
        draft for draft in drafts if draft.change and any(draft.change.has(key) for key in _watched(module))
    ]
    if not asked:
        return
    rows = visible_to(acting_user(), module.model)
    found: dict[int, set[int]] = defaultdict(set)
    _by_keys(rows, _wanted(module, asked), found)
    people = [draft for draft in asked if not draft.record.is_company]
    if "account" in module.fields:
        _by_colleagues(rows, people, found, fuzzy=len(people) <= FEW_DRAFTS)
    elif "company" in module.fields:
        _by_company(rows, people, found)
    for draft in asked:
        matches = found[id(draft)] - {draft.id}
        if matches:
            yield draft, sorted(matches)[:MOST]


def _watched(module: Module) -> tuple[str, ...]:
    return (*WATCHED, "npwp") if "npwp" in module.fields else WATCHED


def _wanted(module: Module, drafts: list[Draft]) -> Wanted:
    """(column, value) -> the drafts that look for it."""
    found: Wanted = defaultdict(list)
    for draft in drafts:
        record = draft.record
        if record.email_key:
            found["email_key", record.email_key].append(draft)
        for key in _phone_keys(record):
            found["phone_key", key].append(draft)
        if record.is_company and record.name_key:
            found["name_key", record.name_key].append(draft)
        if "npwp" in module.fields and record.npwp:
            for form in _forms_of(record.npwp):
                found["npwp", form].append(draft)
    return found


def _phone_keys(record: Any) -> set[str]:
    """Every number of a company; of a person the mobile ones: a line of an office is answered by many."""
    values = record.__dict__
    keys = {phone_key(values[name]) for name in record.key_sources[2] if values[name]}
    return keys if record.is_company else {key for key in keys if is_mobile_key(key)}


def _forms_of(npwp: str) -> set[str]:
    """The old tax number of 15 digits and the new one of 16 that begins with 0 are one number."""
    bare = npwp[1:] if len(npwp) == 16 and npwp[0] == "0" else npwp
    return {npwp, bare, bare.zfill(16)}


def _by_keys(rows: QuerySet, wanted: Wanted, found: dict[int, set[int]]) -> None:
    values: dict[str, list[Any]] = defaultdict(list)
    for column, value in wanted:
        values[column].append(value)
    parts = [
        rows.filter(**{f"{column}__in": some}).values_list(
            "pk", Value(column, output_field=TextField()), Cast(column, CharField())
        )
        for column, some in values.items()
    ]
    if not parts:
        return
    for pk, column, value in parts[0].union(*parts[1:], all=True) if len(parts) > 1 else parts[0]:
        for draft in wanted[column, value]:
            found[id(draft)].add(pk)


def _by_colleagues(rows: QuerySet, drafts: list[Draft], found: dict[int, set[int]], *, fuzzy: bool) -> None:
    """People of the same account with the same name, or, for a few drafts, with a similar one."""
    by_account: dict[int, list[Draft]] = defaultdict(list)
    by_name: dict[tuple[int, str], list[Draft]] = defaultdict(list)
    for draft in drafts:
        account, name = draft.record.account_id, draft.record.name_key
        if account is not None and name:
            by_account[account].append(draft)
            by_name[account, name].append(draft)
    if not by_account:
        return
    colleagues = rows.filter(account__in=list(by_account))
    if fuzzy:
        colleagues = colleagues[:MOST_COLLEAGUES]
    else:
        colleagues = colleagues.filter(name_key__in={name for _account, name in by_name})
    for pk, account, name in colleagues.values_list("pk", "account_id", "name_key"):
        for draft in by_name.get((account, name), ()):
            found[id(draft)].add(pk)
        for draft in by_account[account] if fuzzy and name else ():
            if _alike(draft.record.name_key, name):
                found[id(draft)].add(pk)


def _alike(one: str, other: str) -> bool:
    """Whether two colleagues of these names are probably one; the quick ratio spares most of the comparing."""
    if fuzz.ratio(one, other) < LEAST_RATIO:
        return False
    # That both belong to one account is known already; the name alone decides.
    return resemblance(person_party(one, company="x"), person_party(other, company="x")).score >= POSSIBLE


def _by_company(rows: QuerySet, drafts: list[Draft], found: dict[int, set[int]]) -> None:
    """Leads of the same name from the same company, however it is written."""
    wanted: dict[tuple[str, str], list[Draft]] = defaultdict(list)
    for draft in drafts:
        if draft.record.name_key and draft.record.company:
            wanted[draft.record.name_key, company_key(draft.record.company)].append(draft)
    if not wanted:
        return
    same_name = rows.filter(~Q(company=None), name_key__in={name for name, _company in wanted})
    for pk, name, company in same_name.values_list("pk", "name_key", "company"):
        for draft in wanted.get((name, company_key(company)), ()):
            found[id(draft)].add(pk)
