"""Parts: what a snapshot holds, how its rows are added up, and which of them a person may see."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.db.models import Max, Q, QuerySet, Sum
from django.utils.translation import gettext_lazy as _

from relasi.engine.access.door import fields_for, may, scope_of
from relasi.engine.declare.module import Module
from relasi.engine.declare.registry import registry
from relasi.features.month_end.models import BalanceRow, Kind, PipelineRow, Snapshot, StockRow

OWN, HOME = "own", "home"


@dataclass(frozen=True)
class Figure:
    """column: of the rows, added up, of those that meet `which`. money: OWN for the row's currency, HOME for the
    company's, "" for a number. needs: field of the part's module one must see."""

    name: str
    label: Any
    column: str
    money: str = OWN
    which: Q = field(default_factory=Q)
    needs: str = ""
    sums: bool = True  # whether it can be added up over rows

    def of(self, snapshot: Q) -> Any:
        which = self.which & snapshot
        if not self.sums:
            return Max(self.column, filter=which)
        return Sum(self.column, filter=which, default=0)


@dataclass(frozen=True)
class Grouping:
    """A way to add rows up. by: the columns that make a group. named: those that name it, its newest name wins. order:
    of its columns and figures. opens: the grouping behind one of its lines."""

    key: str
    label: Any
    by: tuple[str, ...]
    named: tuple[str, ...]
    order: tuple[str, ...]
    opens: str = ""


@dataclass(frozen=True)
class Part:
    """kinds: (kind of row, None for all; module whose records it comes from). The first module is that of the part.
    main: the figure that is compared. about: what it says of a day, honestly."""

    key: str
    title: Any
    icon: str
    about: Any
    model: Any
    kinds: tuple[tuple[Kind | None, str], ...]
    figures: tuple[Figure, ...]
    main: str
    groupings: tuple[Grouping, ...]
    file_name: str

    @property
    def module(self) -> Module:
        return registry.module(self.kinds[0][1])

    def figures_for(self, user: Any) -> list[Figure]:
        seen = fields_for(user, "view", self.module)
        return [one for one in self.figures if not one.needs or one.needs in seen]

    def opens_to(self, user: Any) -> bool:
        return may(user, "view", self.module) and any(one.sums for one in self.figures_for(user))

    def main_for(self, user: Any) -> Figure:
        """The figure that is compared, or the first that can be added up where that one is hidden."""
        found = [one for one in self.figures_for(user) if one.sums]
        return next((one for one in found if one.name == self.main), found[0])

    def grouping(self, key: str) -> Grouping:
        return next((one for one in self.groupings if one.key == key), self.groupings[0])


def rows_of(part: Part, user: Any, *snapshots: Snapshot) -> QuerySet[Any]:
    """Rows that come from records of owners whose records of that kind this person sees now."""
    seen = Q(pk__in=[])
    for kind, key in part.kinds:
        scope = scope_of(user, "view", registry.module(key))
        of_kind = Q() if kind is None else Q(kind=kind)
        if scope.everyone:
            seen |= of_kind if kind is not None else Q(snapshot__in=snapshots)
        elif scope.owners:
            seen |= of_kind & Q(owner_id__in=sorted(scope.owners))
    return part.model.objects.filter(seen, snapshot__in=snapshots)


def lines(
    part: Part, user: Any, grouping: Grouping, rows: QuerySet[Any], snapshot: Snapshot, other: Snapshot | None
) -> QuerySet[dict[str, Any]]:
    """One dictionary for each group: what makes and names it, and its figures; with `other`, what the main figure was
    there as `then` and how much it has grown since as `change`."""
    found = rows.values(*grouping.by).annotate(**{f"{name}_now": Max(name) for name in grouping.named})
    found = found.annotate(**_figures(part, user, snapshot, other))
    return found.order_by(*grouping.order, *grouping.by)


def totals(
    part: Part, user: Any, rows: QuerySet[Any], snapshot: Snapshot, other: Snapshot | None
) -> list[dict[str, Any]]:
    """What the lines add up to, one for each currency."""
    if part.model is StockRow:
        found = rows.aggregate(**_figures(part, user, snapshot, other, only_sums=True))
        return [found]
    return list(
        rows.order_by()
        .values("currency")
        .annotate(**_figures(part, user, snapshot, other, only_sums=True))
        .order_by("currency")
    )


def _figures(
    part: Part, user: Any, snapshot: Snapshot, other: Snapshot | None, only_sums: bool = False
) -> dict[str, Any]:
    now = Q(snapshot=snapshot)
    wanted = [one for one in part.figures_for(user) if one.sums or not only_sums]
    found = {one.name: one.of(now) for one in wanted}
    if other is not None:
        main = part.main_for(user)
        found["then"] = main.of(Q(snapshot=other))
        found["change"] = main.of(now) - main.of(Q(snapshot=other))
    return found


def _balance(key: str, *more: Any, debt: Kind, title: Any, icon: str, about: Any, party: Any, file_name: str,
             owed: Any) -> Part:  # fmt: skip
    kinds = ((debt, key), *more)
    is_debt = Q(kind=debt)
    return Part(
        "receivables" if debt == Kind.INVOICE else "payables", title, icon, about, BalanceRow, kinds,
        (
            Figure("owed", owed, "amount", which=is_debt, needs="balance"),
            Figure("credit", _("Credit"), "amount", which=~is_debt, needs="balance"),
            Figure("home_owed", _("Owed in home currency"), "home_amount", HOME, which=is_debt, needs="balance"),
            Figure("home_credit", _("Credit in home currency"), "home_amount", HOME, which=~is_debt, needs="balance"),
        ),
        "owed",
        (
            Grouping("party", party, ("party_id", "currency"), ("party_name",), ("currency", "-owed"), "kind"),
            Grouping("owner", _("Owner"), ("owner_id", "currency"), (), ("currency", "-owed"), "party"),
            Grouping("kind", _("Kind"), ("kind", "owner_id", "currency"), (), ("kind", "-owed")),
        ),
        file_name,
    )  # fmt: skip


PIPELINE = Part(
    "pipeline", _("Pipeline"), "handshake",
    _("Deals that were open at the end of the day, told from the history of their changes. What was deleted for good since "
      "is not among them."),
    PipelineRow, ((None, "sales.Deal"),),
    (
        Figure("open_deals", _("Deals"), "deals", ""),
        Figure("open_amount", _("Amount"), "amount", needs="amount"),
        Figure("open_weighted", _("Weighted amount"), "weighted", needs="weighted_amount"),
    ),
    "open_amount",
    (
        Grouping("stage", _("Stage"), ("pipeline_id", "stage_id", "currency"),
                 ("pipeline_place", "stage_place", "pipeline_name", "stage_name"),
                 ("pipeline_place_now", "pipeline_id", "stage_place_now"), "owner"),
        Grouping("owner", _("Owner"), ("owner_id", "currency"), (), ("currency", "-open_deals"), "stage"),
    ),
    "akhir-bulan-peluang",
)  # fmt: skip
RECEIVABLES = _balance(
    "billing.Invoice", (Kind.PAYMENT, "billing.Payment"), (Kind.CREDIT_NOTE, "billing.CreditNote"), debt=Kind.INVOICE,
    title=_("Receivables"), icon="hourglass", party=_("Account"), file_name="akhir-bulan-piutang", owed=_("Owed to us"),
    about=_("What Receivables showed as of that day: invoices less what was paid and credited by then. Credit is what was "
            "paid or credited and used for nothing yet. In home currency each document counts at its own rate."),
)  # fmt: skip
PAYABLES = _balance(
    "purchasing.Bill", (Kind.VENDOR_PAYMENT, "purchasing.VendorPayment"), debt=Kind.BILL,
    title=_("Payables"), icon="wallet", party=_("Vendor"), file_name="akhir-bulan-utang", owed=_("Owed by us"),
    about=_("What Payables showed as of that day: approved bills less what was paid by then. In home currency each document "
            "counts at its own rate."),
)  # fmt: skip
STOCK = Part(
    "stock", _("Stock"), "package",
    _("What the stock ledger held at the end of the day, at the average cost of then; where no cost was told, at the cost "
      "price of the product."),
    StockRow, ((None, "catalog.Product"),),
    (
        Figure("lies", _("On hand"), "on_hand", "", needs="on_hand"),
        Figure("each_cost", _("Unit cost"), "unit_cost", HOME, needs="average_cost", sums=False),
        Figure("worth", _("Value"), "value", HOME, needs="average_cost"),
    ),
    "worth",
    (Grouping("product", _("Product"), ("product_id",), ("product_name",), ("product_name_now",)),),
    "akhir-bulan-stok",
)  # fmt: skip
PARTS = (PIPELINE, RECEIVABLES, PAYABLES, STOCK)


def parts_for(user: Any) -> list[Part]:
    return [part for part in PARTS if part.opens_to(user)]
