"""Within limits: a document that binds the customer is issued by nobody beyond the limits of selling; what was agreed in
the quote or the order it came from is agreed for it too."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext as _

from relasi.engine.fields.json import HiddenField
from relasi.engine.records.refusal import Change, Refusal
from relasi.kits.trade.approval_limit import reach_allowed
from relasi.kits.trade.approving import actors, said
from relasi.kits.trade.copying import AS_AGREED
from relasi.kits.trade.limits import Reach, breaches, discount_of, furthest, reach_of, whole_discount_of
from relasi.kits.trade.taking import sources_of


class WithinLimits(models.Model):
    """Abstract, beside TradeDocument. limited_by: the module of the limits. agreed_reach: how far those went that it came
    from (kits.trade.limits.Reach)."""

    agreed_reach = HiddenField(_("Agreed up to"))

    limited_by: ClassVar[str] = "sales.SellingLimit"
    due_date: Any
    date: Any
    owner_id: int | None

    class Meta:
        abstract = True

    def reach_of_lines(self, lines: Iterable[Any]) -> Reach:
        """How far it goes. A day it is due that was typed counts as terms of payment."""
        items = [line for line in lines if line.is_item]
        highest = max((discount_of(line) for line in items), default=Decimal(0))
        found = reach_of(self, highest, whole_discount_of(self, items))
        days = (self.due_date - self.date).days if self.due_date and self.date else None
        return found if days is None else replace(found, payment_days=Decimal(days))

    def follow_agreed(self, change: Change) -> None:
        """Part of before_save: a part of what was agreed may look worse than the whole although each line is as it was."""
        items = [one.record for one in change.lines if one.record.is_item]
        if change.is_new and change.authorised == AS_AGREED and items and all(map(_agreed, items)):
            self.agreed_reach = self.reach_of_lines(items).as_json()

    def check_within(self, change: Change) -> None:
        """Part of clean, where it is issued. What the product does by itself is not asked about. Whoever may go that far
        agrees by issuing it, unless it is their own. Raises Refusal."""
        people = actors()
        if change.authorised or not people:
            return
        reach, agreed = self.reach_of_lines(one.record for one in change.lines), self._agreed()
        limits = {person: reach_allowed(self.limited_by, person) for person in {self.owner_id, *people}}
        beyond = {one.name: one for limit in limits.values() for one in breaches(reach, limit, agreed)}
        enough = not any(breaches(reach, limits[person]) for person in people)
        if beyond and (self.owner_id in people or not enough):
            why = _("Somebody who may go that far has to issue it. %(why)s")
            said_why = " ".join(said(list(beyond.values())))
            raise Refusal("status", "INVALID_TRANSITION", why % {"why": said_why})

    def _agreed(self) -> Reach:
        """How far all it came from goes; of several together what they come to."""
        models_of: Any = sources_of([self]).items()
        found = [
            one.reach
            for model, ids in models_of
            if hasattr(model, "reach")
            for one in model._base_manager.filter(pk__in=ids)
        ]
        whole = furthest([Reach.from_json(self.agreed_reach), *found])
        together = sum((one.total for one in found if one.total is not None), Decimal(0))
        return replace(whole, total=max(whole.total, together)) if whole.total is not None else whole


def _agreed(line: Any) -> bool:
    """Whether a line came from a quote or an order, which kept to the limits itself."""
    return bool(line.quote_line_id or line.order_line_id)
