"""Life cycle: the stages a person goes through from first sight to customer, shared by leads and contacts."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from relasi.engine.fields.choice import Choices


class Lifecycle(Choices):
    LEAD = "lead", _("Lead"), "gray", "Subscriber|Prospek"
    MQL = "mql", _("MQL (marketing-qualified)"), "biru", "MQL|Marketing Qualified Lead"
    SQL = "sql", _("SQL (sales-qualified)"), "nila", "SQL|Sales Qualified Lead"
    OPPORTUNITY = "opportunity", _("Opportunity"), "ungu", "Peluang"
    CUSTOMER = "customer", _("Customer"), "hijau", "Klien"
    EVANGELIST = "evangelist", _("Evangelist"), "toska"
    DISQUALIFIED = "disqualified", _("Disqualified"), "merah"


_PLACES = {stage.value: place for place, stage in enumerate(Lifecycle)}


class Warmth(Choices):
    """The status within a stage; which ones a stage has is said by STATUSES."""

    COLD = "cold", _("Cold"), "biru"
    WARM = "warm", _("Warm"), "kuning"
    HOT = "hot", _("Hot"), "jingga"
    NURTURING = "nurturing", _("Nurturing"), "toska"
    IN_TALKS = "in_talks", _("In talks"), "nila"
    ON_HOLD = "on_hold", _("On hold"), "gray"
    NEW_CUSTOMER = "new_customer", _("New customer"), "hijau"
    REGULAR = "regular", _("Regular"), "hijau"
    AT_RISK = "at_risk", _("At risk"), "merah"


STATUSES: dict[str, tuple[str, ...]] = {
    Lifecycle.LEAD: ("cold", "warm", "hot"),
    Lifecycle.MQL: ("nurturing", "warm", "hot"),
    Lifecycle.SQL: ("warm", "hot", "on_hold"),
    Lifecycle.OPPORTUNITY: ("in_talks", "on_hold"),
    Lifecycle.CUSTOMER: ("new_customer", "regular", "at_risk"),
    Lifecycle.EVANGELIST: (),
    Lifecycle.DISQUALIFIED: (),
}


def is_backward(before: str, after: str) -> bool:
    """Whether a move leads back. Coming back from disqualification is a new beginning, not a step back."""
    if before == Lifecycle.DISQUALIFIED:
        return False
    return after == Lifecycle.DISQUALIFIED or _PLACES[after] < _PLACES[before]


def is_forward(before: str | None, after: str) -> bool:
    """Whether the product may move a person there by itself: only on, and never out of disqualification."""
    return before != Lifecycle.DISQUALIFIED and _PLACES[after] > _PLACES.get(before or "", 0)
