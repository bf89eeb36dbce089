"""The page of the reconciliation: what came in and is not matched yet, what each probably is, and files of the bank."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from relasi.engine.access.acting import current_acting
from relasi.engine.access.door import fields_for, may, visible_to
from relasi.engine.declare.registry import registry
from relasi.engine.fields.date_text import write_date
from relasi.engine.fields.money import amount
from relasi.engine.query.one import find_one
from relasi.engine.records.refusal import Refused
from relasi.engine.screens.asking import reader_of, shell_for, signed_in, user_of, whole
from relasi.engine.screens.pages import render_page
from relasi.engine.screens.shell import entries_of
from relasi.engine.screens.toasts import offer_undo, toast
from relasi.engine.transfer.bad_file import BadFile
from relasi.features.reconciliation.reading import LARGEST, Read, read_file
from relasi.kits.paying.pairing import Pair, Sure, Why
from relasi.modules.billing.bank_account import BankAccount
from relasi.modules.billing.bank_movement import BankMovement
from relasi.modules.billing.bank_pairing import MOST, open_movements, suggestions, take, take_certain

HOME = "/reconciliation/"
PAGE = 50
# What the page tells, and works out what a movement probably is from.
SHOWN = frozenset(
    {
        "number",
        "date",
        "amount",
        "fee",
        "payer",
        "description",
        "reference",
        "virtual_account",
        "bank_account",
        "status",
    }
)
FAULTS = 20  # rows of a file that are told of
MODULES = {"invoice": "billing.Invoice", "payment": "billing.Payment", "account": "customers.Account"}
TONES = {Sure.CERTAIN: "hijau", Sure.LIKELY: "kuning", Sure.POSSIBLE: "gray"}


def _must_see(request: HttpRequest) -> Any:
    user = user_of(request)
    module = registry.of(BankMovement)
    if not may(user, "view", module) or not set(fields_for(user, "view", module)) >= SHOWN:
        raise Http404
    return user


def _why(why: Why) -> str:
    return {
        Why.VIRTUAL_ACCOUNT: _("its virtual account"), Why.NUMBER: _("its number is written there"),
        Why.CODE: _("the amount with its transfer code"), Why.REFERENCE: _("recorded already with this reference"),
        Why.SAME_CUSTOMER: _("this customer's payment, recorded already"), Why.NAME: _("the amount and the name"),
        Why.AMOUNT: _("the amount alone"), Why.LATE: _("the customer's virtual account; nothing is open"),
    }[why]  # fmt: skip


def _sure(sure: Sure) -> str:
    return {Sure.CERTAIN: _("Certain"), Sure.LIKELY: _("Likely"), Sure.POSSIBLE: _("Possible")}[sure]


@signed_in
def page(request: HttpRequest) -> HttpResponse:
    return _answer(request, _must_see(request))


def _answer(
    request: HttpRequest, user: Any, error: str = "", read: Read | None = None, status: int = 422
) -> HttpResponse:
    reader, module = reader_of(request), registry.of(BankMovement)
    rows = open_movements(user).select_related("bank_account")
    shown = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    some = list(rows[:MOST])
    pairs = suggestions(user, some)
    titles = _titles(user, [pairs[one.pk] for one in shown if one.pk in pairs])
    context = {
        "shell": shell_for(request, None, (_("Billing"), None), (_("Reconciliation"), None)), "error": error,
        "page": shown, "total": shown.paginator.count, "url": entries_of(module)[0].url,
        "rows": [_drawn(user, one, pairs.get(one.pk), titles, reader) for one in shown],
        "certain": sum(1 for one in some if one.pk in pairs and pairs[one.pk].is_certain),
        "may_create": may(user, "create", module), "read": _told(read) if read else "",
        "faults": read.faults[:FAULTS] if read else [], "more_faults": max(0, len(read.faults) - FAULTS) if read else 0,
        "accounts": [(str(one.pk), str(one)) for one in _accounts()],
        "account": request.POST.get("bank_account", ""),
    }  # fmt: skip
    return render_page(request, "features/reconciliation/page.html", context, status=status if error else 200)


def _accounts() -> Any:
    return BankAccount._base_manager.filter(trashed_at=None).order_by("position", "pk")


def _titles(user: Any, pairs: list[Pair]) -> dict[tuple[str, int], tuple[str, str]]:
    """(kind, id) -> (title, address), one query for each kind."""
    found = {}
    for kind, label in MODULES.items():
        ids = {pair.id for pair in pairs if pair.kind == kind}
        if ids:
            module = registry.module(label)
            url = entries_of(module)[0].url
            for one in visible_to(user, module.model).filter(pk__in=ids):
                title = str(one) if kind == "account" else one.number
                found[kind, one.pk] = title, f"{url}{one.pk}/"
    return found


def _drawn(user: Any, one: Any, pair: Pair | None, titles: Any, reader: Any) -> dict[str, Any]:
    says = [one.payer, one.description, one.reference, one.virtual_account]
    found = {
        "id": one.pk, "number": one.number, "day": write_date(one.date, reader),
        "amount": amount(one.amount, one.currency, reader), "says": " · ".join(dict.fromkeys(filter(None, says))),
        "bank": str(one.bank_account) if one.bank_account_id else "", "may": may(user, "edit", registry.of(one), one),
        "pair": None,
    }  # fmt: skip
    if pair is not None and (pair.kind, pair.id) in titles:
        title, url = titles[pair.kind, pair.id]
        found["pair"] = {
            "kind": pair.kind, "id": pair.id, "title": title, "url": url, "why": _why(pair.why), "sure": _sure(pair.sure),
            "tone": TONES[pair.sure],
            "verb": {"invoice": _("Pay it"), "payment": _("That is it"), "account": _("Keep as credit")}[pair.kind],
        }  # fmt: skip
    return found


def _told(read: Read) -> str:
    parts = [ngettext("%(n)s movement is new.", "%(n)s movements are new.", read.new) % {"n": read.new}]
    if read.known:
        text = ngettext("%(n)s was here already.", "%(n)s were here already.", read.known)
        parts.append(text % {"n": read.known})
    if read.outgoing:
        text = ngettext(
            "%(n)s payment going out is left out.", "%(n)s payments going out are left out.", read.outgoing
        )
        parts.append(text % {"n": read.outgoing})
    return " ".join(parts)


@signed_in
@require_POST
def read(request: HttpRequest) -> HttpResponse:
    user = _must_see(request)
    if not may(user, "create", registry.of(BankMovement)):
        raise Http404
    uploaded, account = request.FILES.get("file"), whole(request.POST.get("bank_account"))
    if uploaded is None:
        return _answer(request, user, _("Choose a file first."))
    if account is not None and not _accounts().filter(pk=account).exists():
        return _answer(request, user, _("Choose the bank account."))
    name = str(uploaded.name).replace("\\", "/").rpartition("/")[2].replace("\x00", "")
    try:
        done = read_file(name, uploaded.read(LARGEST + 1), account)
    except BadFile as bad:
        return _answer(request, user, str(bad))
    except Refused as refused:
        return _answer(request, user, _sentences(refused))
    if done.faults:
        return _answer(request, user, read=done)
    offer_undo(request, current_acting().change_set if done.new else None, _told(done))
    return HttpResponseRedirect(HOME)


def _sentences(refused: Refused) -> str:
    return " ".join(dict.fromkeys(str(one.message) for one in refused.refusals))


@signed_in
@require_POST
def certain(request: HttpRequest) -> HttpResponse:
    """Everything that is certain is booked."""
    user = _must_see(request)
    done, refused = take_certain(user)
    if done:
        told = ngettext("%(n)s movement is matched.", "%(n)s movements are matched.", done) % {"n": done}
        offer_undo(request, current_acting().change_set, told)
    for number, why in refused[:3]:
        toast(request, f"{number}: {why}", kind="bad")
    if not done and not refused:
        toast(request, _("Nothing is certain any more."), kind="info")
    return HttpResponseRedirect(HOME)


@signed_in
@require_POST
def take_one(request: HttpRequest, id: int) -> HttpResponse:
    """What the page proposed for one movement is so."""
    user, module = _must_see(request), registry.of(BankMovement)
    movement, target = find_one(user, module, id), whole(request.POST.get("target"))
    kind = request.POST.get("kind", "")
    if movement is None:
        raise Http404
    if not may(user, "edit", module, movement):
        return _answer(request, user, _("You may not change this record."), status=403)
    if target is None or kind not in MODULES:
        raise Http404
    try:
        take(movement, Pair(kind, target, Why.AMOUNT, Sure.POSSIBLE))
    except Refused as refused:
        toast(request, f"{movement.number}: {_sentences(refused)}", kind="bad")
    else:
        told = _("%(number)s is matched.") % {"number": movement.number}
        offer_undo(request, current_acting().change_set, told)
    return HttpResponseRedirect(HOME)
