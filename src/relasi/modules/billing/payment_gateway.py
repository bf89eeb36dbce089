"""Payment gateway: the service where customers pay invoices online, and the key by which we know each other."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from relasi.engine.access.door import rights_of
from relasi.engine.access.sealed import Unreadable, seal, unseal
from relasi.engine.api.safe_address import UnsafeAddress, resolve
from relasi.engine.api.webhook import allowed_hosts
from relasi.engine.declare.module import Declaration
from relasi.engine.declare.registry import registry
from relasi.engine.declare.tracked import Tracked, history_triggers
from relasi.engine.fields.boolean import BooleanField
from relasi.engine.fields.choice import ChoiceField
from relasi.engine.fields.text import TextField
from relasi.engine.records.refusal import Change, Refusal, Refused
from relasi.engine.records.write import Draft, write
from relasi.kits.paying.gateway import Gateway
from relasi.kits.paying.gateway_kind import GatewayKind
from relasi.kits.paying.midtrans import API_URL, PAGE_URL, Midtrans

PURPOSE = "keys of payment gateways"  # of the seal
BY_ADMIN = "payment gateways are set up by admins"
LONGEST_KEY = 200


class PaymentGateway(Tracked):
    """sealed_key: the server key, which nobody is shown again. Without it the gateway is off."""

    kind = ChoiceField(GatewayKind, _("Payment service"), default=GatewayKind.MIDTRANS, required=True)
    page_url = TextField(
        _("Address of the payment page"), max_length=200, required=True, default=PAGE_URL,
        help_text=_("To try it out: https://app.sandbox.midtrans.com"),
    )  # fmt: skip
    api_url = TextField(
        _("Address of the API"), max_length=200, required=True, default=API_URL,
        help_text=_("To try it out: https://api.sandbox.midtrans.com"),
    )  # fmt: skip
    active = BooleanField(
        _("Customers can pay online"), help_text=_("Callbacks are taken as long as a key is stored, also when this is off.")
    )  # fmt: skip
    sealed_key = TextField(_("Server key"), max_length=1000, secret=True, editable=False)

    class Meta(Tracked.Meta):
        verbose_name = _("payment gateway")
        verbose_name_plural = _("payment gateways")
        triggers = history_triggers("sealed_key")
        constraints = [
            models.UniqueConstraint(
                fields=["kind"], condition=Q(trashed_at=None), name="payment_gateway_once"
            )
        ]

    class Module(Declaration):
        archived = False
        self_ruled = True
        icon = "credit-card"
        title = "kind"
        verbs = ("view",)

    def __str__(self) -> str:
        return str(GatewayKind(self.kind).label)

    @classmethod
    def permitted_q(cls, user: Any, verb: str, path: str = "") -> Q:
        return Q() if rights_of(user).admin else Q(**{f"{path}pk__in": []})

    def permits(self, user: Any, verb: str) -> bool:
        return bool(rights_of(user).admin)

    def before_save(self, change: Change) -> None:
        for name in ("page_url", "api_url"):
            setattr(self, name, (getattr(self, name) or "").strip().rstrip("/"))

    def clean(self, change: Change) -> None:
        hosts = allowed_hosts()
        for name in ("page_url", "api_url"):
            if change.is_new or change.has(name):
                _check_address(name, getattr(self, name), hosts)
        if self.active and not self.sealed_key:
            raise Refusal("server_key", "REQUIRED", _("Write the server key before customers can pay."))

    @property
    def is_readable(self) -> bool:
        return self.speaking() is not None

    def speaking(self) -> Gateway | None:
        """What speaks to it; None without a key that can be read."""
        try:
            key = unseal(self.sealed_key or "", PURPOSE)
        except Unreadable:
            return None
        return Midtrans(key, self.page_url, self.api_url, allowed_hosts())

    # Charging a customer by a token kept before. Both are asked for by name from other areas.
    def begin_stored(self, invoice: Any) -> Any:
        from relasi.modules.billing import stored_charging

        return stored_charging.begin(invoice, self)

    def charge_stored(self, order: str, token: str) -> None:
        from relasi.modules.billing import stored_charging

        stored_charging.charge(self, order, token)


def _check_address(name: str, url: str, hosts: set[str]) -> None:
    """https, and no path; plain http and hosts of the own network only where an admin allowed the host."""
    try:
        target = resolve(url, hosts)
    except UnsafeAddress as trouble:
        raise Refusal(name, "INVALID_VALUE", str(trouble)) from None
    if urlsplit(url).path or urlsplit(url).query:
        raise Refusal(name, "INVALID_VALUE", _("Write the address without anything behind the host."))
    if target.scheme != "https" and target.host.casefold() not in hosts:
        raise Refusal(name, "INVALID_VALUE", _("The address begins with https://."))


def gateway(kind: str = GatewayKind.MIDTRANS) -> PaymentGateway | None:
    return PaymentGateway._base_manager.filter(kind=kind, trashed_at=None).first()


def set_gateway(values: dict[str, Any], server_key: str, version: int | None = None) -> PaymentGateway:
    """server_key: a new one, or empty to keep the one that is stored. Raises Refused."""
    found, given = gateway(), dict(values)
    key = server_key.strip()
    if len(key) > LONGEST_KEY or not key.isascii() or not key.isprintable() or " " in key:
        raise Refused(
            [Refusal("server_key", "INVALID_VALUE", _("This is no server key. Copy it from the dashboard."))]
        )
    if key:
        given["sealed_key"] = seal(key, PURPOSE)
    draft = Draft(given, id=found.pk if found else None, version=version if found else None)
    return write(registry.of(PaymentGateway), [draft], authorised=BY_ADMIN).records[0]
