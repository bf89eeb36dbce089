"""Exporting: which invoices wait for the tax office, and the act that makes their file and marks them, both or neither."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from relasi.engine.access.acting import current_acting
from relasi.engine.access.door import visible_to
from relasi.engine.declare.registry import registry
from relasi.engine.records.write import Draft, Refusal, Refused, Written, write
from relasi.features.coretax.checks import Prepared, prepare, seller_problems
from relasi.features.coretax.goods import PPN
from relasi.features.coretax.models import CoretaxExport, CoretaxFile
from relasi.features.coretax.schema import Schema
from relasi.features.coretax.xml_file import files_of
from relasi.kits.trade.paper.letterhead import details
from relasi.modules.billing.invoice import OWED, Invoice, InvoiceLine
from relasi.modules.billing.tax_invoice import TaxInvoiceStatus

MOST = 2000  # invoices looked at at once
T = TaxInvoiceStatus
WAITING = (T.NOT_MADE, T.REJECTED)


def with_vat(user: Any, first: date, last: date) -> QuerySet[Any]:
    """The issued invoices of these days that bear PPN and that this person may see, the oldest first."""
    rows: Any = visible_to(user, Invoice).filter(date__gte=first, date__lte=last, status__in=OWED)
    return rows.filter(tax_summary__contains=[{"kind": PPN}]).order_by("date", "number", "pk")


def lines_of(model: Any, column: str, ids: Collection[int]) -> dict[int, list[Any]]:
    """The lines of many documents in one query: document -> lines in order. column: of the reference to it."""
    found: dict[int, list[Any]] = defaultdict(list)
    rows = model._base_manager.filter(**{f"{column}__in": ids}, trashed_at=None)
    for line in rows.order_by("position", "pk"):
        found[getattr(line, column)].append(line)
    return found


def prepare_all(invoices: Iterable[Any], schema: Schema) -> list[Prepared]:
    rows, places = list(invoices), details().coretax_places
    lines = lines_of(InvoiceLine, "invoice_id", [one.pk for one in rows])
    return [prepare(one, lines[one.pk], schema, places) for one in rows]


def export(user: Any, ids: Collection[int], schema: Schema, *, again: bool) -> CoretaxExport:
    """The file of those of the invoices that can be exported; from now on they are. again: those that are already, too.

    Raises Refused, after which nothing has changed.
    """
    wanted = (*WAITING, T.EXPORTED) if again else WAITING
    with transaction.atomic():
        seen = visible_to(user, Invoice).filter(pk__in=ids).values("pk")
        rows = Invoice._base_manager.filter(pk__in=seen, status__in=OWED, trashed_at=None)
        # Two who export at once: the second waits, and finds them exported.
        locked = (
            rows.select_for_update(of=("self",)).select_related("account").order_by("date", "number", "pk")
        )
        found = [one for one in prepare_all(locked, schema) if one.invoice.tax_invoice_status in wanted]
        ready = [one for one in found if one.is_ready]
        wrong = seller_problems(details())
        if wrong:
            raise Refused([Refusal("", "REQUIRED", wrong[0].text)])
        if not ready:
            raise Refused([Refusal("", "REQUIRED", _("None of the chosen invoices can be exported."))])
        _mark(ready)
        return _store(user, ready, schema)


def _mark(ready: Sequence[Prepared]) -> None:
    waiting = [one.invoice for one in ready if one.invoice.tax_invoice_status != T.EXPORTED]
    if waiting:
        drafts = [Draft({"tax_invoice_status": T.EXPORTED}, id=one.pk) for one in waiting]
        write(registry.of(Invoice), drafts)


def _store(user: Any, ready: Sequence[Prepared], schema: Schema) -> CoretaxExport:
    made = CoretaxExport.objects.create(
        made_by_id=user.pk, schema=schema.key, count=len(ready), base=sum(one.total("base") for one in ready),
        vat=sum(one.total("vat") for one in ready), change_set=current_acting().change_set,
    )  # fmt: skip
    files = files_of(ready, schema, details())
    CoretaxFile.objects.bulk_create(
        CoretaxFile(export=made, place=place, content=content.decode())
        for place, content in enumerate(files, 1)
    )
    return made


def fill_buyers(invoices: Iterable[Any]) -> Written:
    """What the invoices do not know of their buyers, as the accounts say now. What stands there stays."""
    drafts = []
    for one in invoices:
        known = one.buyer_of_account()
        missing = {name: value for name, value in known.items() if value and not getattr(one, name)}
        if one.buyer_npwp or one.buyer_nik or one.buyer_other_id:
            missing = {
                name: value for name, value in missing.items() if name not in ("buyer_npwp", "buyer_nik")
            }
        if one.buyer_npwp and missing.get("buyer_nitku", one.buyer_npwp)[:16] != one.buyer_npwp:
            missing.pop("buyer_nitku")
        if missing:
            drafts.append(Draft(missing, id=one.pk))
    return write(registry.of(Invoice), drafts, partial=True)
