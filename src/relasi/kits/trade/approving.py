"""Approving: a document beyond the limits of who makes it waits for somebody who may go that far."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any, ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from relasi.engine.access.acting import SYSTEM, current_acting
from relasi.engine.access.company import company
from relasi.engine.access.door import may
from relasi.engine.declare.registry import registry
from relasi.engine.declare.words import Action
from relasi.engine.fields.dates import DateTimeField
from relasi.engine.fields.json import HiddenField
from relasi.engine.fields.money import amount
from relasi.engine.fields.number_text import write_number
from relasi.engine.fields.reader import current_reader
from relasi.engine.fields.reference import ReferenceField, ReferencesField
from relasi.engine.fields.text import TextField
from relasi.engine.records.refusal import Change, Refusal
from relasi.engine.records.write import update
from relasi.kits.trade.approval_limit import limits_on, people, reach_allowed
from relasi.kits.trade.limits import DAYS, LINE, MARGIN, TOTAL, Breach, Reach, breaches

DRAFT, PENDING, APPROVED = "draft", "pending", "approved"
# What changes while it waits and when somebody decides.
DECIDED = ("approvers", "approved_by", "approved_at", "approved_reach", "not_approved_because")
COLUMNS = (
    "approvers", "approved_by_id", "approved_at", "approved_reach", "not_approved_because",
    "approval_asked_by_id", "approval_note",
)  # fmt: skip


class NeedsApproval(models.Model):
    """Abstract, beside a document: what one beyond the limits keeps of who asked and who said yes.

    limited_by: the module of the limits that hold for it. approved_reach: how far somebody said it may go
    (kits.trade.limits.Reach). tells_approved: whether its page says that it was approved, because it still has to go out.
    """

    approvers = ReferencesField("users.User", _("Approvers"), editable=False)
    approval_asked_by = ReferenceField(
        "users.User", models.PROTECT, verbose_name=_("Approval asked by"), related_name="+", editable=False
    )
    approval_note = TextField(_("Note to the approver"))
    approved_by = ReferenceField(
        "users.User", models.PROTECT, verbose_name=_("Approved by"), related_name="+", editable=False
    )
    approved_at = DateTimeField(_("Approved at"), editable=False)
    not_approved_because = TextField(_("Not approved because"))
    approved_reach = HiddenField(_("Approved up to"))

    limited_by: ClassVar[str]
    tells_approved: ClassVar[bool] = False
    status: Any
    owner_id: int | None

    class Meta:
        abstract = True

    @property
    def reach(self) -> Reach:
        """How far it goes."""
        raise NotImplementedError

    def needs_yes(self, before: str) -> bool:
        """Whether the move from this state to that it has now is one that only a document within the limits makes."""
        raise NotImplementedError

    def beyond(self) -> list[Breach]:
        """What goes beyond the limits of its owner, or of who acts, and was not approved. Neither can lend the other
        a wider limit by handing the document over."""
        return self._beyond_those_of((self.owner_id, *actors()))

    def _beyond_those_of(self, persons: Iterable[int | None]) -> list[Breach]:
        agreed = Reach.from_json(self.approved_reach) if self.approved_reach else None
        found: dict[str, Breach] = {}
        for person in dict.fromkeys(persons):
            for one in breaches(self.reach, reach_allowed(self.limited_by, person), agreed):
                found.setdefault(one.name, one)
        return list(found.values())

    def follow_approval(self, change: Change) -> None:
        """Part of before_save: who is asked, and what was agreed to."""
        if change.is_new or not change.has("status"):
            return
        before = change.old("status")
        if (before, self.status) == (DRAFT, PENDING):
            self.approval_asked_by_id = next(iter(actors()), None)
            self.not_approved_because = None
            if self.beyond():
                self.approvers = approvers_of(self)
        elif self.status == APPROVED and (before == PENDING or (before == DRAFT and not self.beyond())):
            self.agree()
        elif before == PENDING:
            self.approvers = None

    def agree(self) -> None:
        """Who acts says that it may go as far as it does."""
        self.approved_by_id, self.approved_at = next(iter(actors()), None), timezone.now()
        self.approved_reach, self.approvers = self.reach.as_json(), None

    def check_approval(self, change: Change) -> None:
        """Part of clean. Raises Refusal."""
        if change.is_new or not change.has("status"):
            return
        before = change.old("status")
        if self.status == PENDING and not self.beyond():
            sentence = _("It keeps within the limits and needs no approval.")
            raise Refusal("status", "INVALID_TRANSITION", sentence)
        if self.needs_yes(before) and (beyond := self.beyond()):
            why = _("Somebody has to approve it first. %(why)s") % {"why": " ".join(said(beyond))}
            raise Refusal("status", "INVALID_TRANSITION", why)
        if before == PENDING and not change.authorised:
            self._check_decision(self._may_decide(change.old("approvers")))

    def _check_decision(self, may_decide: bool) -> None:
        if self.status == APPROVED and not may_decide:
            raise Refusal("status", "NO_PERMISSION", _("You cannot approve this document."))
        if self.status == DRAFT and may_decide and not self.not_approved_because:
            raise Refusal("not_approved_because", "REQUIRED", _("Write why it is not approved."))
        if self.status == DRAFT and not (may_decide or self.is_own()):
            raise Refusal("status", "NO_PERMISSION", _("Only who asked, or who decides, ends the waiting."))

    def clean_back(self, change: Change) -> None:
        """For the engine: an undo brings no approval back that who undoes could not give now. Raises Refusal."""
        if self.approved_reach and change.has("approved_reach") and not self._could_agree(change):
            raise Refusal("status", "NO_PERMISSION", _("You cannot approve this document."))

    def _could_agree(self, change: Change) -> bool:
        everybody = {self.owner_id, *actors()}
        limits = [reach_allowed(self.limited_by, person) for person in everybody]
        within = not any(breaches(self.reach, one) for one in limits)
        return not actors() or within or self._may_agree() or self._may_decide(change.old("approvers"))

    def _may_agree(self) -> bool:
        """Whether who acts may go so far, and it is not their own."""
        return not self.is_own() and not any(breaches(self.reach, one) for one in self.limits_of_actors())

    def limits_of_actors(self) -> list[Reach]:
        return [reach_allowed(self.limited_by, person) for person in actors()]

    def is_own(self) -> bool:
        """Whether it belongs to who acts, or they asked: nobody approves their own."""
        return bool({self.owner_id, self.approval_asked_by_id} & set(actors()))

    def may_decide(self) -> bool:
        """Whether who acts is asked for the decision; an admin may always decide on what is not their own."""
        return self._may_decide(self.approvers)

    def _may_decide(self, asked: list[int] | None) -> bool:
        actor = current_acting().user
        if actor is SYSTEM or actor is None or self.is_own():
            return False
        return bool(actor.id in (asked or ()) or actor.is_admin or actor.id in deputies(self, asked or ()))

    def approval_bar(self) -> dict[str, Any] | None:
        """For trade/approval.html; None where there is nothing to say. state: of the bar."""
        if self.status == PENDING:
            names = [_asked_name(id) for id in self.approvers or ()]
            return {"state": "pending", "who": ", ".join(filter(None, names)), "why": said(self._asked_for()),
                    "asked_by": self.approval_asked_by, "note": self.approval_note}  # fmt: skip
        if self.status == DRAFT and (beyond := self.beyond()):
            return {"state": "needed", "why": said(beyond), "refused": self.not_approved_because}
        if self.status == APPROVED and self.tells_approved:
            return {"state": "approved", "who": self.approved_by, "at": self.approved_at, "why": []}
        return None

    def _asked_for(self) -> list[Breach]:
        """What the approver is asked to agree to, whatever their own limits are."""
        return self._beyond_those_of((self.owner_id, self.approval_asked_by_id))

    # The verbs.
    def ask_approval(self, approval_note: Any = None) -> Any:
        return update(self, {"status": PENDING, "approval_note": approval_note})

    def approve(self) -> Any:
        return update(self, {"status": APPROVED})

    def refuse_approval(self, not_approved_because: Any = None) -> Any:
        return update(self, {"status": DRAFT, "not_approved_because": not_approved_because})

    def recall(self) -> Any:
        return update(self, {"status": DRAFT})


def approval_actions() -> list[Action]:
    """The buttons of a document that waits, and of one that has to."""
    return [
        Action("approve", _("Approve"), icon="badge-check",
               when=lambda one: (one.status == PENDING and one.may_decide())
               or (one.flow.by_hand(DRAFT, APPROVED) and one.status == DRAFT and not one.beyond())),
        Action("refuse_approval", _("Do not approve"), icon="circle-x", ask=("not_approved_because",), danger=True,
               when=lambda one: one.status == PENDING and one.may_decide()),
        Action("ask_approval", _("Ask for approval"), icon="badge-check", ask=("approval_note",),
               when=lambda one: one.status == DRAFT and bool(one.beyond())),
        Action("recall", _("Take back the request"), icon="undo-2", quiet=True,
               when=lambda one: one.status == PENDING and one.is_own()),
    ]  # fmt: skip


def actors() -> list[int]:
    """Who acts, and the admin who acts as them."""
    stretch = current_acting()
    return [one.id for one in (stretch.user, stretch.impersonator) if one is not None and one is not SYSTEM]


def said(beyond: list[Breach]) -> list[str]:
    """A sentence for each. The margin itself is not told: not everybody may see it."""
    return [str(_sentence(one)) for one in beyond]


def _sentence(one: Breach) -> Any:
    if one.name == TOTAL:
        home, reader = company().currency, current_reader()
        value, limit = amount(one.value, home, reader), amount(one.limit, home, reader)
        return _("It comes to %(value)s; without approval up to %(limit)s.") % {
            "value": value,
            "limit": limit,
        }
    if one.name == DAYS:
        sentence = _("The customer may take %(value)s days to pay; without approval up to %(limit)s.")
        return sentence % {"value": int(one.value), "limit": int(one.limit)}
    numbers = {"value": _percent(one.value), "limit": _percent(one.limit)}
    if one.name == MARGIN:
        return _("The margin is below %(limit)s.") % numbers
    if one.name == LINE:
        return _("A line has a discount of %(value)s; without approval up to %(limit)s.") % numbers
    return _("All discounts together are %(value)s; without approval up to %(limit)s.") % numbers


def _percent(value: Decimal) -> str:
    """At most two decimals, and never so few that a figure beyond its limit reads as the limit itself."""
    places = 2 if value == round(value, 2) or abs(value) >= 1 else 4
    return write_number(value, current_reader(), places, shortest=True) + "%"


def approvers_of(document: Any) -> list[int]:
    """Who is asked: those named with the limits; else the nearest above whose own limits allow it, at last the top of
    the tree. Never who owns it or asks. Raises Refusal where there is nobody.
    """
    own = {document.owner_id, *actors()}
    asker = document.owner_id if document.owner_id in people().people else next(iter(actors()), None)
    named = {row.approver_id for row in limits_on(document.limited_by, asker) if row.approver_id} - own
    for id in named:
        if not _can(id, document):
            sentence = _("%(name)s is named as approver but is not active or may not change this document.")
            raise Refusal("status", "INVALID_TRANSITION", sentence % {"name": people().name_of("user", id)})
    found = sorted(named) or _above(asker, document, own)
    if not found:
        sentence = _("Nobody stands above who could approve it. An admin can name an approver.")
        raise Refusal("status", "INVALID_TRANSITION", sentence)
    return found


def deputies(document: Any, asked: Iterable[int]) -> list[int]:
    """Who decides in the place of those asked who are away now. Never whose document it is, or who asked."""
    own = {document.owner_id, document.approval_asked_by_id, None}
    found = {people().deputy_of(id, timezone.now()) for id in asked} - own
    return sorted(id for id in found if id is not None and _can(id, document))


def _asked_name(id: int) -> str:
    deputy = people().deputy_of(id, timezone.now())
    name = people().name_of("user", id)
    if name and deputy is not None:
        return str(
            _("%(name)s (away, deputy: %(deputy)s)")
            % {"name": name, "deputy": people().name_of("user", deputy)}
        )
    return name


def _above(asker: int | None, document: Any, own: set[int | None]) -> list[int]:
    known, last = people(), list[int]()
    person = known.people.get(asker or 0)
    for role in known.above(person.role) if person else []:
        able = sorted(id for id in known.people_in[role] - own if _can(id, document))
        # Who looks after the installation is asked only where nobody else is there.
        able = [id for id in able if not known.people[id].is_admin] or able
        enough = [id for id in able if not breaches(document.reach, reach_allowed(document.limited_by, id))]
        if enough:
            return enough
        last = able or last
    admins = (one.id for one in known.people.values() if one.is_admin)
    return last or sorted(id for id in admins if id not in own and _can(id, document))


def _can(id: int, document: Any) -> bool:
    person = people().people.get(id)
    if person is None or not person.is_active:
        return False
    return may(people().account(id), "edit", registry.of(document), document)
