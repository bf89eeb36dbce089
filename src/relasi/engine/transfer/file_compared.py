"""File compared: what a file said, by owner and by stage, beside what stands of it here now."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, Sum
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from relasi.engine.access.company import company
from relasi.engine.access.door import fields_for, visible_q
from relasi.engine.declare.module import Module
from relasi.engine.fields.choice import WithOptions
from relasi.engine.fields.kind import kind_of
from relasi.engine.fields.money import amount
from relasi.engine.fields.reader import Reader
from relasi.engine.records.change_set import ChangeRow
from relasi.engine.records.find import titles_for_acting
from relasi.engine.screens.asking import reader_of, signed_in, user_of
from relasi.engine.screens.pages import render_page
from relasi.engine.transfer.asking import entry_for, own_job, shell_of, title_of
from relasi.engine.transfer.file_sums import NOT_FOUND, currency_of, summed_field
from relasi.engine.transfer.import_ import ImportJob
from relasi.engine.transfer.known_source import source_label

Money = Mapping[str, Decimal]


@dataclass
class Line:
    """One group. rows, left, here: of the file, of these not taken, records here. The sums are by currency."""

    label: str
    rows: int
    left: int
    here: int
    sums: Money
    left_sums: Money
    here_sums: Money

    @property
    def missing(self) -> int:
        """How many records more the file has than stand here."""
        return self.rows - self.left - self.here

    def faces(self, sums: Money, reader: Reader) -> list[str]:
        return [amount(value, code or company().currency, reader) for code, value in sorted(sums.items())]

    @property
    def agrees(self) -> bool:
        currencies = {*self.sums, *self.here_sums}
        return not self.missing and all(
            self.sums.get(c, Decimal(0)) - self.left_sums.get(c, Decimal(0))
            == self.here_sums.get(c, Decimal(0))
            for c in currencies
        )


@dataclass
class Comparison:
    label: str
    money: str
    lines: list[Line]

    @property
    def agrees(self) -> bool:
        return all(line.agrees for line in self.lines)


def comparisons(job: ImportJob, user: Any) -> list[Comparison]:
    """One for each field the rows are told apart by. Records the person may not see any more are not among ours."""
    module = job.home
    seen = fields_for(user, "view", module)
    money = summed_field(module)
    money = money if money in seen and _adds_up(job.sums) else ""
    found = []
    for name, groups in job.sums.items():
        if name not in seen or name not in module.fields:
            continue
        here = _here(job, user, name, money)
        keys = sorted({*groups, *here}, key=lambda key: (key.startswith(NOT_FOUND), key == "", key))
        labels = _labels(module, name, keys)
        lines = [
            _line(labels[key], groups.get(key, [0, 0, {}, {}]), here.get(key, (0, {})), money) for key in keys
        ]
        label = str(kind_of(module.fields[name]).label)
        found.append(Comparison(label, str(kind_of(module.fields[money]).label) if money else "", lines))
    return found


def _adds_up(sums: dict[str, Any]) -> bool:
    return any(counted[2] for groups in sums.values() for counted in groups.values())


def _line(label: str, counted: list[Any], here: tuple[int, Money], money: str) -> Line:
    sums, left = ({c: Decimal(a) for c, a in some.items()} if money else {} for some in counted[2:])
    return Line(label, counted[0], counted[1], here[0], sums, left, here[1])


def _here(job: ImportJob, user: Any, name: str, money: str) -> dict[str, tuple[int, Money]]:
    """Group -> how many of the records the import made or changed are in it, and what they add up to."""
    module = job.home
    written = ChangeRow.objects.filter(change_set=job.change_set, origin=module.table).values("record_id")
    rows = module.model._base_manager.filter(visible_q(user, module), pk__in=written, trashed_at=None)
    currency = currency_of(module, money)
    columns = [module.fields[name].attname, *([currency] if currency else [])]
    total = {"total": Sum(money)} if money else {}
    found: dict[str, tuple[int, dict[str, Decimal]]] = defaultdict(lambda: (0, {}))
    for row in rows.order_by().values(*columns).annotate(count=Count("pk"), **total):
        key = "" if row[columns[0]] is None else str(row[columns[0]])
        count, sums = found[key]
        if row.get("total") is not None:
            sums[str(row[currency] or "") if currency else ""] = row["total"]
        found[key] = (count + row["count"], sums)
    return dict(found)


def _labels(module: Module, name: str, keys: list[str]) -> dict[str, str]:
    field, kind = module.fields[name], kind_of(module.fields[name])
    found = {key: _("“%(text)s”, not found") % {"text": key[1:]} for key in keys if key.startswith(NOT_FOUND)}
    found |= {"": _("(blank)"), NOT_FOUND: _("others")}
    if isinstance(kind, WithOptions):
        return {key: str(kind.by_key[key].label) if key in kind.by_key else key for key in keys} | found
    titles = titles_for_acting(field.related_model, [int(key) for key in keys if key.isdigit()])
    return {key: titles.get(int(key), f"#{key}") if key.isdigit() else key for key in keys} | found


@signed_in
def page(request: HttpRequest, id: int) -> HttpResponse:
    job = own_job(request, id)
    if not job.sums or job.change_set is None or job.is_active:
        raise Http404
    entry = entry_for(job)
    compared = comparisons(job, user_of(request))
    context = {
        "shell": shell_of(request, entry), "entry": entry, "job": job, "title": title_of(entry), "compared": compared,
        "agrees": all(one.agrees for one in compared), "program": source_label(job.source) or _("the file"),
        "reader": reader_of(request),
    }  # fmt: skip
    return render_page(request, "screens/import_compared.html", context)
