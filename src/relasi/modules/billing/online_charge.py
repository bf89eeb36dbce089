"""Online charge: one try to have an invoice paid by a payment gateway."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from relasi.engine.fields.choice import ChoiceField, Choices


class ChargeState(Choices):
    MAKING = "making", _("Being made"), "gray"
    OPEN = "open", _("Waiting for the customer"), "biru"
    PAID = "paid", _("Paid"), "hijau"
    ENDED = "ended", _("Ended"), "gray"
    REFUNDED = "refunded", _("Paid back"), "merah"


UNDECIDED = (ChargeState.MAKING, ChargeState.OPEN)


class OnlineCharge(models.Model):
    """order: our id of it at the gateway. amount: whole rupiah. url: where the customer pays, empty while it is made.

    payment: the money once it has come, booked once whatever comes again. asked_at: when the gateway was asked last.
    trouble: why what the gateway told could not be booked, for a person.
    """

    id = models.BigAutoField(primary_key=True)
    order = models.CharField(max_length=50, unique=True)
    gateway = models.ForeignKey("billing.PaymentGateway", models.PROTECT, related_name="charges")
    invoice = models.ForeignKey("billing.Invoice", models.PROTECT, related_name="charges", db_index=False)
    amount = models.DecimalField(max_digits=18, decimal_places=2)
    state = ChoiceField(ChargeState, default=ChargeState.MAKING, required=True)
    url = models.TextField(default="", blank=True)
    payment = models.OneToOneField("billing.Payment", models.SET_NULL, null=True, related_name="charge")
    made_at = models.DateTimeField(default=timezone.now)
    ends_at = models.DateTimeField()
    asked_at = models.DateTimeField(null=True)
    trouble = models.TextField(default="", blank=True)

    class Meta:
        db_table = "billing_online_charge"
        constraints = [
            models.UniqueConstraint(
                fields=["invoice"], condition=Q(state__in=["making", "open"]), name="online_charge_one_open"
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="online_charge_amount"),
        ]
        indexes = [
            models.Index(fields=["invoice", "-id"], name="online_charge_invoice"),
            models.Index(
                fields=["made_at"], name="online_charge_waiting", condition=Q(state__in=["making", "open"])
            ),
        ]

    def __str__(self) -> str:
        return self.order

    @property
    def is_stored(self) -> bool:
        """Charged by a token kept before: there is no page where the customer pays."""
        return self.state == ChargeState.OPEN and not self.url

    @property
    def state_label(self) -> object:
        return ChargeState(self.state).label

    @property
    def state_tone(self) -> str:
        return ChargeState(self.state).tone
