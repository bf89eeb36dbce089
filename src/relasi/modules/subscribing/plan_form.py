"""Plan form: what the dialog “Change plan” asks for, and what it makes of the answer."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from relasi.engine.fields.choice import ChoiceField, Choices
from relasi.engine.fields.kind import Invalid, kind_of
from relasi.engine.fields.money import MoneyField
from relasi.engine.fields.numbers import DecimalField, IntegerField
from relasi.engine.fields.reader import current_reader
from relasi.engine.fields.reference import ReferenceField
from relasi.engine.fields.text import TextField
from relasi.engine.records.refusal import Refusal, Refused
from relasi.kits.trade.shelf import Offer, Ref, shelf


class ChangeWhen(Choices):
    NOW = "now", _("Now")
    PERIOD_END = "period_end", _("From the next period")


class PlanForm(models.Model):
    """It has no rows."""

    place = IntegerField(_("Line number"), min=1, max=999, default=1, help_text=_("Counted from the top."))
    service = ReferenceField(
        "catalog.Service", models.DO_NOTHING, verbose_name=_("Service"), related_name="+",
        help_text=_("Empty: the one there is."),
    )  # fmt: skip
    name = TextField(
        _("Plan or extra"), max_length=255, help_text=_("Empty: as it stands, or of the service chosen.")
    )
    quantity = DecimalField(_("Quantity"), min=0, help_text=_("Empty: as it stands."))
    price = MoneyField(_("Price"), min=0, help_text=_("Empty: as it stands, or of the service chosen."))
    change_when = ChoiceField(ChangeWhen, _("Holds from"), help_text=_("Empty: as the subscription says."))

    class Meta:
        managed = False


def items_of(subscription: Any) -> list[Any]:
    return [line for line in subscription.lines_in_order() if line.is_item]


def blank_change(subscription: Any) -> PlanForm:
    return PlanForm(place=1)


def asked_of(subscription: Any, values: dict[str, Any]) -> Any:
    """What was typed; what was left empty stays, or comes with the service chosen. Raises Refused."""
    from relasi.modules.subscribing.plan_change import Asked

    place = int(_parsed("place", values.get("place")) or 1)
    items = items_of(subscription)
    if not 1 <= place <= len(items):
        raise Refused([Refusal("place", "BAD_REFERENCE", _("Choose a line of this subscription."))])
    line = items[place - 1]
    quantity, price = _parsed("quantity", values.get("quantity")), _parsed("price", values.get("price"))
    quantity = Decimal(line.quantity if quantity is None else quantity)
    service = _service(values.get("service"), line)
    offer = _offer(subscription, service, quantity) if service != line.service_id else None
    usual_name, usual_price = (line.name, line.price) if offer is None else (offer.name, offer.price)
    return Asked(
        line, str(values.get("name") or usual_name), quantity, Decimal(usual_price if price is None else price),
        line.product_id if service is None else None, service, str(_parsed("change_when", values.get("change_when")) or ""),
    )  # fmt: skip


def _service(given: Any, line: Any) -> int | None:
    chosen = getattr(given, "pk", given) or None
    found: int | None = int(chosen) if chosen is not None and str(chosen).isdigit() else line.service_id
    return found


def _offer(subscription: Any, service: int, quantity: Decimal) -> Offer:
    """The service as it is sold to this customer today. Raises Refused."""
    ref = Ref("service", service)
    terms = replace(subscription.terms_of_sale(), day=subscription.today())
    found: Offer | None = shelf().offers({ref: quantity}, terms).get(ref)
    if found is None:
        raise Refused([Refusal("service", "BAD_REFERENCE", _("Choose a service you may sell."))])
    if found.sellable:
        raise Refused([Refusal("service", "INVALID_VALUE", found.sellable)])
    return found


def _parsed(name: str, raw: Any) -> Any:
    if raw in (None, ""):
        return None
    try:
        return kind_of(PlanForm._meta.get_field(name)).parse(raw, current_reader())
    except Invalid as wrong:
        raise Refused([Refusal(name, wrong.code, wrong.message)]) from None


def change_plan_verb(subscription: Any, **values: Any) -> Any:
    """Raises Refused. The subscription, with the change made or planned."""
    from relasi.modules.subscribing.plan_change import change_plan

    change_plan(subscription, asked_of(subscription, values))
    subscription.refresh_from_db()
    return subscription


def drop_changes(subscription: Any) -> Any:
    from relasi.modules.subscribing.plan_change import drop, planned

    for change in list(planned(subscription)):
        drop(subscription, change.pk)
    return subscription


def has_planned(subscription: Any) -> bool:
    from relasi.modules.subscribing.plan_change import planned

    return bool(planned(subscription).exists())
