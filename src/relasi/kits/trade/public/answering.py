"""Answering: what a customer says by a public link, written in their name, and told to the owner of the document."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from relasi.engine.access.acting import current_acting
from relasi.engine.access.directory import directory
from relasi.engine.activity.comment import say
from relasi.engine.activity.news import tell
from relasi.engine.activity.notification import PUBLIC
from relasi.engine.activity.public_link import PublicLink
from relasi.engine.fields.drawing import drawn
from relasi.engine.fields.image import keep_picture
from relasi.engine.fields.kind import Invalid
from relasi.engine.records.refusal import Refusal, Refused
from relasi.engine.records.write import update
from relasi.kits.trade.copying import AS_AGREED

BY_LINK = "a customer answers by a public link"
LONGEST_NAME = 150
LONGEST_REASON = 2000


def customer_of(record: Any) -> str:
    """Whom history names before the customer has given a name."""
    who = record.contact or record.account
    return str(who) if who is not None else ""


def was_opened(record: Any) -> Any:
    """The first look: a quote that was sent is reviewed now, and the owner hears of it."""
    with transaction.atomic():
        locked = _locked(record)
        if getattr(locked, "is_answerable", False) and locked.status == "sent":
            locked = locked.review()
        _tell(record, "opened")
    return locked


def accept(
    link: PublicLink, record: Any, name: str, agreed: bool, picked: set[int], ip: str | None, signed: str = ""
) -> Any:
    """picked: ids of the optional lines the customer wants. signed: the drawn signature, for who wants to draw one. Raises
    Refused; then nothing has changed."""
    refusals = _nameless(name)
    signature = None
    try:
        signature = keep_picture(content) if (content := drawn(signed)) else None
    except (ValueError, Invalid):
        refusals.append(
            Refusal("signature", "INVALID_VALUE", _("The signature cannot be read. Sign once more."))
        )
    if not agreed:
        refusals.append(Refusal("agree", "REQUIRED", _("Tick that you agree.")))
    if refusals:
        raise Refused(refusals)
    with transaction.atomic():
        current_acting().reason = name
        locked = _open_to_answer(record)
        optional = {line.pk: line for line in locked.lines_in_order() if line.is_item and line.optional}
        if {pk for pk, line in optional.items() if line.chosen} != picked & optional.keys():
            locked = _with_chosen(link, locked, picked)
        accepted = locked.accept(accepted_by=name, signature=signature)
        _note(link, accepted, "accepted", name, ip)
    return accepted


def decline(link: PublicLink, record: Any, name: str, reason: str, ip: str | None) -> Any:
    refusals = _nameless(name)
    if not reason or len(reason) > LONGEST_REASON:
        refusals.append(Refusal("reason", "REQUIRED", _("Write briefly why, so that we can do better.")))
    if refusals:
        raise Refused(refusals)
    with transaction.atomic():
        current_acting().reason = name
        declined = _open_to_answer(record).reject(rejection_reason=reason)
        _note(link, declined, "declined", name, ip)
    return declined


def ask(record: Any, name: str, question: str) -> None:
    """A question of the customer stands among the comments of the document, and its owner hears of it. Raises Refused."""
    refusals = _nameless(name)
    if not question or len(question) > LONGEST_REASON:
        refusals.append(
            Refusal("question", "REQUIRED", _("Write your question, in at most 2,000 characters."))
        )
    if record.status == "superseded":
        refusals.append(Refusal("", "INVALID_TRANSITION", closed_because(record)))
    if refusals:
        raise Refused(refusals)
    with transaction.atomic():
        current_acting().reason = name
        say(record.pk, f"{name}: {question}")
        _tell(record, "asked", name)


def _nameless(name: str) -> list[Refusal]:
    if name and len(name) <= LONGEST_NAME:
        return []
    return [Refusal("name", "REQUIRED", _("Write your full name."))]


def _locked(record: Any) -> Any:
    return type(record)._base_manager.select_for_update(of=("self",)).get(pk=record.pk)


def _open_to_answer(record: Any) -> Any:
    """The document, held until the answer stands: of two at once, the second finds it answered."""
    locked = _locked(record)
    if not getattr(locked, "is_answerable", False):
        raise Refused([Refusal("", "INVALID_TRANSITION", closed_because(locked))])
    return locked


def closed_because(record: Any) -> Any:
    """Why this document cannot be answered, for the customer."""
    found = getattr(record, "closed_because", None)
    return found() if found else _("This document needs no answer.")


def _with_chosen(link: PublicLink, quote: Any, picked: set[int]) -> Any:
    """A sent quote does not change: what the customer chose becomes its next revision, to which the link leads now."""
    places = [line.pk in picked for line in quote.lines_in_order()]
    revised = quote.revise()
    lines = [
        {"id": line.pk, "chosen": chosen} if line.is_item and line.optional else {"id": line.pk}
        for line, chosen in zip(revised.lines_in_order(), places, strict=True)
    ]
    revised = update(revised, {"valid_until": quote.valid_until}, lines=lines, authorised=AS_AGREED)
    update(link, {"record": revised.pk}, authorised=BY_LINK)
    return revised.send()


def _note(link: PublicLink, record: Any, what: str, name: str, ip: str | None) -> None:
    values = {"answer": what, "answered_by": name, "answered_at": timezone.now(), "answered_from": ip or ""}
    update(link, values, authorised=BY_LINK)
    _tell(record, what, name)


def _tell(record: Any, what: str, name: str = "") -> None:
    people = directory().people_behind(record.owner_id)
    tell(PUBLIC, sorted(people), record=record.pk, what=what, name=name)
