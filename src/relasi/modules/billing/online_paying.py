"""Online paying: a charge begins when a customer wants to pay, and what the gateway tells of it is booked exactly once.

A charge is held (FOR UPDATE) while something is decided about it, before its invoice is: two messages about it wait for
each other. Where a message contradicts what stands, the gateway itself is asked which of the two is true.
"""

from __future__ import annotations

import re
import secrets
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from relasi.engine.access.acting import SYSTEM, acting
from relasi.engine.access.company import company
from relasi.engine.access.owner import Owner
from relasi.engine.records.refusal import Refusal, Refused
from relasi.engine.records.write import create
from relasi.kits.paying.charge_heard import charge_told
from relasi.kits.paying.gateway import GatewayTrouble, Order, State, Told
from relasi.kits.pipeline.days import today
from relasi.modules.billing import settling
from relasi.modules.billing.invoice import Invoice
from relasi.modules.billing.online_charge import UNDECIDED, ChargeState, OnlineCharge
from relasi.modules.billing.online_news import tell_owner
from relasi.modules.billing.payment import Payment, PaymentStatus
from relasi.modules.billing.payment_gateway import PaymentGateway
from relasi.users.user import User

HOURS = 24  # how long a charge can be paid
NEARLY_OVER = timedelta(minutes=15)  # nobody is sent to a charge that ends so soon
S = ChargeState
WRONG_AMOUNT = gettext_lazy(
    "The payment service told another amount than was asked for. Look there before you book it."
)
PART_BACK = gettext_lazy(
    "A part was paid back at the payment service. Make a credit note for it and pay it back."
)


def start(invoice: Any, back: str) -> str:
    """The address where the customer pays what is left, of the charge there is or of a new one. Raises Refused."""
    row = invoice.online_gateway
    speaking = row.speaking() if row else None
    if row is None or speaking is None:
        raise _no(_("This invoice cannot be paid online now."))
    charge = _charge_for(invoice, row)
    with transaction.atomic():
        charge = OnlineCharge.objects.select_for_update().filter(order=charge.order).first()
        if charge is None or charge.state not in UNDECIDED:
            raise _no(_("A payment of this invoice has just come in. Load the page again."))
        if charge.url:
            return charge.url
        try:
            url = speaking.create(_order(charge, invoice, back))
        except GatewayTrouble as trouble:
            _set(charge, state=S.ENDED, trouble=str(trouble)[:500])
            url = ""
        else:
            _set(charge, state=S.OPEN, url=url)
    if not url:
        raise _no(_("The payment service cannot be reached. Try again later, or pay another way."))
    return url


def _no(sentence: str) -> Refused:
    return Refused([Refusal("", "INVALID_TRANSITION", sentence)])


def _charge_for(invoice: Any, row: PaymentGateway) -> OnlineCharge:
    with transaction.atomic():
        found = _undecided(invoice).select_for_update().first()
        if found and found.is_stored:
            raise _no(_("This invoice is being charged at this moment. Load the page again in a while."))
        fits = found and (found.amount, found.gateway_id) == (invoice.balance, row.pk)
        if found and fits and found.ends_at > timezone.now() + NEARLY_OVER:
            return found
        if found:
            end([found])
        number = re.sub(r"[^A-Za-z0-9]+", "-", invoice.number)[:35]
        charge = OnlineCharge(
            order=f"{number}-{secrets.token_hex(5)}", gateway=row, invoice_id=invoice.pk, amount=invoice.balance,
            ends_at=timezone.now() + timedelta(hours=HOURS),
        )  # fmt: skip
        try:
            with transaction.atomic():
                OnlineCharge.objects.bulk_create([charge])
        except IntegrityError:  # somebody pressed at the same moment; theirs is as good
            return _undecided(invoice).first() or charge
        return charge


def _undecided(invoice: Any) -> Any:
    return OnlineCharge.objects.filter(invoice=invoice.pk, state__in=UNDECIDED)


def _order(charge: OnlineCharge, invoice: Any, back: str) -> Order:
    who = invoice.contact or invoice.account
    email = getattr(invoice.contact, "email", None) or getattr(invoice.account, "email", None) or ""
    autopays = invoice.subscription_periods.filter(subscription__mode="autopay", trashed_at=None).exists()
    keep_for = f"relasi-{invoice.account_id}" if autopays else ""
    return Order(charge.order, charge.amount, invoice.number, str(who), str(email), back, HOURS, keep_for)


def _set(charge: OnlineCharge, **values: Any) -> None:
    OnlineCharge.objects.filter(pk=charge.pk).update(**values)
    for name, value in values.items():
        setattr(charge, name, value)


def end(charges: list[OnlineCharge]) -> None:
    """These charges are not wanted any more; a job tells their gateway."""
    from relasi.modules.billing.jobs import cancel_online_charge

    for charge in charges:
        _set(charge, state=S.ENDED)
        cancel_online_charge.defer(order=charge.order)


def end_outdated(invoices: list[int]) -> None:
    """Charges of another amount than is left to pay by now: nobody shall pay what was paid, credited or cancelled."""
    with transaction.atomic():
        rows = OnlineCharge.objects.select_for_update(of=("self",)).select_related("invoice")
        found = rows.filter(invoice__in=invoices, state__in=UNDECIDED).order_by("pk")
        end([one for one in found if one.amount != one.invoice.balance])


def hear(row: PaymentGateway, state: State, *, asked: bool = False) -> bool:
    """Books what the gateway told, or was asked for. Whether there is such a charge.

    Raises GatewayTrouble and Refused where it cannot be booked now; nothing has changed then, and it is to be told again.
    """
    try:
        with transaction.atomic(), acting(SYSTEM, via="system", reason=f"{row} {state.order}"):
            charge = (
                OnlineCharge.objects.select_for_update().filter(order=state.order, gateway=row.pk).first()
            )
            if charge is None:
                return False
            if not asked and _contradicts(charge, state):
                fresh = _asked(row, state.order)
                if fresh is None:
                    return True
                state = fresh
            _apply(charge, state)
    except Refused as refused:
        _note(state.order, refused.refusals[0].message)
        raise
    return True


def _contradicts(charge: OnlineCharge, state: State) -> bool:
    """Messages come late and out of order: an end after the money, or money after the end."""
    return (charge.state, state.told) in ((S.ENDED, Told.PAID), (S.PAID, Told.ENDED))


def _asked(row: PaymentGateway, order: str) -> State | None:
    speaking = row.speaking()
    if speaking is None:
        raise GatewayTrouble("no key")
    return speaking.ask(order)


def _apply(charge: OnlineCharge, state: State) -> None:
    told = state.told
    if told is Told.PAID and charge.state in (*UNDECIDED, S.ENDED):
        if state.amount == charge.amount:
            _book(charge, state)
        else:
            _note(charge.order, WRONG_AMOUNT)
    elif told is Told.ENDED and charge.state in UNDECIDED:
        _set(charge, state=S.ENDED)
    elif told in (Told.ENDED, Told.REFUNDED) and charge.state == S.PAID:
        _give_back(charge)
    elif told is Told.REFUNDED and charge.state in (*UNDECIDED, S.ENDED):
        _set(charge, state=S.REFUNDED)
    elif told is Told.PARTLY_REFUNDED and charge.state == S.PAID:
        _note(charge.order, PART_BACK)
    elif state.failure and charge.is_stored and charge.state in UNDECIDED:
        _set(charge, state=S.ENDED)
    charge_told(charge, state)


def _book(charge: OnlineCharge, state: State) -> None:
    """The money is there. It pays what is left of the invoice; the rest, or all of it where nothing is owed any more, stays
    with the payment as credit of the customer."""
    _set(charge, state=S.PAID, trouble="")
    invoice = Invoice._base_manager.select_for_update().get(pk=charge.invoice_id)
    values = {
        "account": invoice.account_id, "currency": invoice.currency, "rate": invoice.rate, "amount": charge.amount,
        "date": today(), "method": state.method, "reference": charge.order, "owner": _owner(invoice),
    }  # fmt: skip
    payment = create(Payment, values)
    if invoice.is_owed:
        settling.allocate(payment, invoice, min(charge.amount, invoice.balance))
    _set(charge, payment_id=payment.pk)
    tell_owner(invoice, "paid")


def _owner(invoice: Any) -> int:
    """That of the invoice; an admin where they have left."""
    if Owner.objects.filter(pk=invoice.owner_id, active=True).exists():
        return int(invoice.owner_id)
    admins = User._base_manager.filter(type="admin", status="active", trashed_at=None).order_by("pk")
    return int(admins.values_list("pk", flat=True)[0])


def _give_back(charge: OnlineCharge) -> None:
    _set(charge, state=S.REFUNDED)
    payment = Payment._base_manager.filter(pk=charge.payment_id, trashed_at=None).first()
    if payment is not None and payment.status == PaymentStatus.RECORDED:
        with translation.override(company().language):
            payment.reverse(_("Paid back at %(gateway)s") % {"gateway": charge.gateway})
    tell_owner(charge.invoice, "refunded")


def _note(order: str, sentence: Any) -> None:
    """Trouble a person must see to, in the language of the company; told once."""
    with transaction.atomic(), acting(SYSTEM, via="system"), translation.override(company().language):
        sentence = str(sentence)
        charge = OnlineCharge.objects.select_for_update().filter(order=order).first()
        if charge is not None and charge.trouble != sentence[:500]:
            _set(charge, trouble=sentence[:500])
            tell_owner(charge.invoice, "trouble")


# Callbacks that never came.
PATIENCE = timedelta(minutes=10)
AT_ONCE = 50


def ask_about_silent(now: Any = None) -> int:
    """Asks for charges nothing was heard of: every ten minutes in the first two hours, then hourly. Returns how many."""
    now, heard = now or timezone.now(), 0
    due = Q(asked_at=None) | Q(asked_at__lt=now - timedelta(hours=1))
    due |= Q(asked_at__lt=now - PATIENCE + timedelta(minutes=1), made_at__gt=now - timedelta(hours=2))
    rows = OnlineCharge.objects.filter(due, state__in=UNDECIDED, made_at__lt=now - PATIENCE)
    for charge in rows.select_related("gateway").order_by("asked_at", "pk")[:AT_ONCE]:
        OnlineCharge.objects.filter(pk=charge.pk).update(asked_at=now)
        try:
            _ask_about(charge, now)
        except GatewayTrouble:
            break
        except Refused:
            continue
        heard += 1
    return heard


def _ask_about(charge: OnlineCharge, now: Any) -> None:
    state = _asked(charge.gateway, charge.order)
    if state is not None:
        hear(charge.gateway, state, asked=True)
    elif charge.ends_at + timedelta(hours=1) < now or (charge.is_stored and charge.ends_at < now):
        # Nobody began to pay, or it never reached the gateway.
        hear(charge.gateway, State(charge.order, Told.ENDED, charge.amount))


def cancel_at_gateway(order: str) -> None:
    """It cannot be paid there any more; what was paid all the same is booked. Raises GatewayTrouble and Refused."""
    charge = OnlineCharge.objects.select_related("gateway").get(order=order)
    speaking = charge.gateway.speaking()
    if speaking is None or charge.state != S.ENDED:
        return
    speaking.cancel(order)
    state = speaking.ask(order)
    if state is not None and state.told is Told.PAID:
        hear(charge.gateway, state, asked=True)
