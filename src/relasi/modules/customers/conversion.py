"""Conversion: a lead becomes an account, a contact and a deal at once, or nothing happens."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from relasi.engine.access.acting import SYSTEM, acting, acting_user, current_acting
from relasi.engine.access.door import can, fields_for, has_tool, visible_to
from relasi.engine.declare.registry import registry
from relasi.engine.fields.boolean import BooleanField
from relasi.engine.fields.dates import DateField
from relasi.engine.fields.kind import Invalid, kind_of
from relasi.engine.fields.money import MoneyField
from relasi.engine.fields.reference import ReferenceField
from relasi.engine.fields.text import TextField
from relasi.engine.records.change_set import ChangeRow, ChangeSet
from relasi.engine.records.refusal import Refusal, Refused
from relasi.engine.records.undo import plans, revert
from relasi.engine.records.write import create, update
from relasi.kits.parties.doubles import account_keys
from relasi.kits.pipeline.days import today
from relasi.modules.customers.carrying import carry_over
from relasi.modules.customers.conversion_map import MODULES, field_map
from relasi.modules.customers.lifecycle import Lifecycle
from relasi.modules.customers.picklists import AccountKind, LeadStatus

if TYPE_CHECKING:
    from relasi.modules.customers.lead import Lead

UNDOABLE_FOR = timedelta(hours=24)

ASKED = ("with_account", "account", "with_contact", "contact", "with_deal", "deal", "deal_name", "stage", "amount",
         "expected_close")  # fmt: skip


class ConversionPlan(models.Model):
    """What shall become of a lead: the questions of the dialog. Never stored."""

    with_account = BooleanField(_("Account"), default=True)
    account = ReferenceField(
        "customers.Account", models.DO_NOTHING, verbose_name=_("Use this account"), related_name="+",
        help_text=_("Empty: the account of the same name, or a new one."),
    )  # fmt: skip
    with_contact = BooleanField(_("Contact"), default=True)
    contact = ReferenceField(
        "customers.Contact", models.DO_NOTHING, verbose_name=_("Use this contact"), related_name="+",
        help_text=_("Empty: a new contact."),
    )  # fmt: skip
    with_deal = BooleanField(_("Deal"), default=True)
    deal = ReferenceField(
        "sales.Deal", models.DO_NOTHING, verbose_name=_("Link to this deal"), related_name="+",
        help_text=_("Empty: a new deal."),
    )  # fmt: skip
    deal_name = TextField(_("Deal name"))
    stage = ReferenceField("sales.Stage", models.DO_NOTHING, verbose_name=_("Deal stage"), related_name="+")
    amount = MoneyField(_("Amount"), min=0)
    expected_close = DateField(_("Expected close"))

    class Meta:
        managed = False
        verbose_name = _("conversion")

    def __str__(self) -> str:
        return self.deal_name or ""


def plan_for(lead: Lead) -> ConversionPlan:
    """A plan filled with what the lead says and what is there already, as far as the person may see it."""
    account, contact = _same_account(lead), _same_contact(lead)
    if account is None and contact is not None:
        account = (
            contact.account if contact.account_id and can(acting_user(), "view", contact.account) else None
        )
    return ConversionPlan(
        account=account,
        contact=contact,
        deal=_open_deal(contact),
        deal_name=_deal_name(lead),
        amount=_told(lead, "expected_value"),
        expected_close=_told(lead, "expected_close"),
    )


def _told(lead: Lead, name: str) -> Any:
    """The value of a field that the person may see, else None."""
    return getattr(lead, name) if name in fields_for(acting_user(), "view", registry.of(lead)) else None


def _deal_name(lead: Lead) -> str:
    return " – ".join(filter(None, (_told(lead, "company"), lead.title_text())))[:255]


def _model(label: str) -> Any:
    return registry.module(label).model


def _same_account(lead: Lead) -> Any:
    if not lead.company:
        return None
    key = account_keys(lead.company, "", "")[0]
    rows = visible_to(acting_user(), _model("customers.Account"))
    return rows.filter(name_key=key, kind=AccountKind.COMPANY).order_by("pk").first() if key else None


def _same_contact(lead: Lead) -> Any:
    rows = visible_to(acting_user(), _model("customers.Contact")).order_by("pk")
    for key in ("email_key", "phone_key"):
        value = getattr(lead, key)
        found = rows.filter(**{key: value}).first() if value else None
        if found is not None:
            return found
    return None


def _open_deal(contact: Any) -> Any:
    if contact is None:
        return None
    rows = visible_to(acting_user(), _model("sales.Deal"))
    return rows.filter(contact=contact.pk, status="open").order_by("-pk").first()


@dataclass
class Made:
    account: Any = None
    contact: Any = None
    deal: Any = None


def convert(lead: Lead, plan: dict[str, Any]) -> Any:
    """Carries the plan out in one transaction and one change set. Raises Refused; nothing is left of a failure."""
    confirmed = plan.pop("confirmed", ())
    wanted = _read(plan)
    mine = current_acting()
    with (
        acting(mine.user, via="conversion", impersonator=mine.impersonator, reason=str(lead)),
        transaction.atomic(),
    ):
        locked = _checked(lead, wanted, confirmed)
        made = Made()
        if wanted.with_account:
            made.account = _account(locked, wanted)
        if wanted.with_contact:
            made.contact = _contact(locked, wanted, made.account)
        if wanted.with_deal:
            made.deal = _deal(locked, wanted, made)
        _close(locked, made)
        carry_over(locked, account=made.account, contact=made.contact)
        return made.deal or made.contact or made.account


def _read(plan: dict[str, Any]) -> ConversionPlan:
    """The raw values of a form or a program, read by their kinds."""
    found, refusals = ConversionPlan(), []
    for name, raw in plan.items():
        field = ConversionPlan._meta.get_field(name)
        try:
            setattr(found, field.attname, kind_of(field).parse(raw))
        except Invalid as wrong:
            refusals.append(Refusal(name, wrong.code, wrong.message))
    if refusals:
        raise Refused(refusals)
    return found


def _checked(lead: Lead, wanted: ConversionPlan, confirmed: Any) -> Any:
    """The lead under a lock, so that two people cannot convert it at once."""
    locked = type(lead)._base_manager.select_for_update(of=("self",)).get(pk=lead.pk)
    user, refusals = acting_user(), []
    if locked.trashed_at is not None or not can(user, "edit", locked) or not has_tool(user, "convert"):
        raise Refused([Refusal("", "NO_PERMISSION", _("You may not convert this lead."))])
    if not locked.may_convert:
        raise Refused([Refusal("", "INVALID_TRANSITION", _("This lead is converted already, or given up."))])
    if not wanted.with_account and not wanted.with_contact:
        refusals.append(Refusal("with_account", "REQUIRED", _("Choose at least an account or a contact.")))
    if wanted.with_deal and wanted.deal_id is None:
        if wanted.expected_close is None:
            refusals.append(Refusal("expected_close", "REQUIRED", _("This must be filled in.")))
        elif wanted.expected_close < today() and "past_close" not in confirmed:
            message = _("This day is over.")
            refusals.append(Refusal("expected_close", "OUT_OF_RANGE", message, confirm="past_close"))
    if refusals:
        raise Refused(refusals)
    return locked


def _existing(label: str, id: int, name: str) -> Any:
    found = visible_to(acting_user(), _model(label)).filter(pk=id).first()
    if found is None:
        raise Refused([Refusal(name, "BAD_REFERENCE", _("The chosen record is not there any more."))])
    return found


def _mapped(lead: Lead, becomes: str, person: bool = False) -> dict[str, Any]:
    """The lead's values under the names of what it becomes. Empty ones are left to the defaults there, and what this
    person may not fill in, or may not see on the lead, stays on the lead."""
    module = registry.module(MODULES[becomes])
    writable = fields_for(acting_user(), "create", module)
    seen = fields_for(acting_user(), "view", registry.of(lead))
    names = field_map(becomes, person).items()
    values = {t: getattr(lead, source) for source, t in names if t in writable and source in seen}
    return {name: value for name, value in values.items() if value not in (None, "", False)} | {
        "owner": lead.owner_id
    }


def _account(lead: Lead, wanted: ConversionPlan) -> Any:
    if wanted.account_id is not None:
        return _existing("customers.Account", wanted.account_id, "account")
    found = _same_account(lead)
    if found is not None:
        return found
    model = _model("customers.Account")
    if lead.company:
        return create(model, {"kind": AccountKind.COMPANY.value, **_mapped(lead, "account")})
    values = _mapped(lead, "account", person=True)
    return create(model, {"kind": AccountKind.PERSON.value, "name": lead.title_text(), **values})


def _contact(lead: Lead, wanted: ConversionPlan, account: Any) -> Any:
    if wanted.contact_id is not None:
        return _existing("customers.Contact", wanted.contact_id, "contact")
    model = _model("customers.Contact")
    values = _mapped(lead, "contact")
    if lead.email_opt_out:
        values["email_opt_in"] = "out_contact"
    # An account of a private person has come with its contact.
    own = None
    if account is not None and account.kind == AccountKind.PERSON:
        own = model._base_manager.filter(account=account.pk, trashed_at=None).first()
    if own is not None:
        contact = update(own, values)
    else:
        contact = create(model, values | ({"account": account.pk} if account is not None else {}))
    _keep_consent(lead, contact)
    return contact


def _keep_consent(lead: Lead, contact: Any) -> None:
    if lead.consent_at is not None:
        values = {"contact": contact.pk, "purpose": "marketing", "given_at": lead.consent_at,
                  "channel": lead.consent_channel, "proof": lead.consent_purpose}  # fmt: skip
        create(_model("customers.Consent"), values, authorised="the consent of a lead goes to its contact")


def _deal(lead: Lead, wanted: ConversionPlan, made: Made) -> Any:
    if wanted.deal_id is not None:
        return _existing("sales.Deal", wanted.deal_id, "deal")
    values = _mapped(lead, "deal") | {
        "name": wanted.deal_name or _deal_name(lead),
        "amount": _told(lead, "expected_value") if wanted.amount is None else wanted.amount,
        "expected_close": wanted.expected_close,
    }
    if wanted.stage_id is not None:
        values["stage"] = wanted.stage_id
    if made.account is not None:
        values["account"] = made.account.pk
    if made.contact is not None:
        values["contact"] = made.contact.pk
    try:
        return create(_model("sales.Deal"), values)
    except Refused as refused:
        for refusal in refused.refusals:
            refusal.field = {"name": "deal_name"}.get(refusal.field, refusal.field)
        raise


def _close(lead: Lead, made: Made) -> None:
    user = acting_user()
    values = {
        "status": LeadStatus.CONVERTED.value,
        "converted_at": timezone.now(),
        "converted_by": None if user is SYSTEM else user.id,
        "converted_account": made.account and made.account.pk,
        "converted_contact": made.contact and made.contact.pk,
        "converted_deal": made.deal and made.deal.pk,
    }
    if made.deal is not None:
        values["stage"] = Lifecycle.OPPORTUNITY.value
    update(lead, values, authorised="the lead is being converted")


def may_be_undone(lead: Lead) -> bool:
    user = acting_user()
    recent = lead.converted_at is not None and lead.converted_at > timezone.now() - UNDOABLE_FOR
    return lead.is_converted and recent and bool(user.is_admin)


def undo(lead: Lead) -> Lead:
    """Takes the whole conversion back. Raises Refused where it is too late, or something made has been changed."""
    if not acting_user().is_admin:
        raise Refused([Refusal("", "NO_PERMISSION", _("Only an admin can undo a conversion."))])
    if not may_be_undone(lead):
        raise Refused([Refusal("", "INVALID_TRANSITION", _("A conversion can be undone for 24 hours."))])
    change_set = _change_set(lead)
    if any(plan.conflicts for plan in plans(change_set)):
        message = _("Something this conversion made has been changed since. It cannot be undone any more.")
        raise Refused([Refusal("", "INVALID_TRANSITION", message)])
    revert(change_set)
    return type(lead)._base_manager.get(pk=lead.pk)


def _change_set(lead: Lead) -> ChangeSet:
    rows = ChangeRow.objects.filter(
        record_id=lead.pk, origin=lead._meta.db_table, after__has_key="converted_at"
    )
    return ChangeSet.objects.get(pk=rows.order_by("-id").values_list("change_set_id", flat=True)[:1].get())
