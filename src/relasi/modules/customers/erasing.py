"""Erasing a person: contact, the lead they came from and the account that stands for them alone, in one act.

Documents stay with their figures, addresses and tax identity, which the law wants kept; they name somebody without a name
from then on. What is written about the person in free words elsewhere, in a task or an event, stays: see the guide.
"""

from __future__ import annotations

from typing import Any

from django.db import models, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from relasi.engine.access.acting import acting_user
from relasi.engine.access.company import company
from relasi.engine.activity.sent_mail import SentMail
from relasi.engine.declare.registry import registry
from relasi.engine.fields.boolean import BooleanField
from relasi.engine.fields.dates import DateTimeField
from relasi.engine.fields.text import LongTextField
from relasi.engine.records.absorbed import Absorbed
from relasi.engine.records.erasing import AUTHORISED, erase_record, forget_columns
from relasi.engine.records.legal_hold import refuse_held
from relasi.engine.records.refusal import Refusal, Refused
from relasi.engine.records.write import Draft, write

KEYS = ("name_key", "email_key", "phone_key")
# Columns of each that tell who somebody is.
PERSONAL = {
    "customers.contact": (
        "salutation", "first_name", "last_name", "title", "department", "assistant", "assistant_phone", "email",
        "secondary_email", "mobile", "whatsapp", "office_phone", "home_phone", "other_phone", "birthdate",
        "mailing_address", "other_address", "image", "description", "stage_reason", "custom", *KEYS,
    ),
    "customers.lead": (
        "salutation", "first_name", "last_name", "title", "email", "secondary_email", "phone", "mobile", "website",
        "address", "image", "description", "consent_purpose", "stage_note", "next_step", "custom", *KEYS,
    ),
    "customers.account": (
        "name", "website", "linkedin", "instagram", "phone", "other_phone", "fax", "email", "other_email", "npwp",
        "nik", "nitku", "billing_address", "shipping_address", "logo", "description", "custom", *KEYS,
    ),
}  # fmt: skip
NO_MORE = {
    "customers.contact": {"email_opt_in": "out_contact", "do_not_call": True},
    "customers.lead": {"email_opt_out": True, "do_not_call": True},
    "customers.account": {"email_opt_out": True, "do_not_call": True},
}
GONE = "–"  # in the place of what a mail said


class Erasable(models.Model):
    """Abstract mixin before Record."""

    erased_at = DateTimeField(_("Personal data erased"), editable=False)

    class Meta:
        abstract = True

    def erasure_plan(self) -> ErasurePlan:
        return ErasurePlan()

    def erase(self, reason: Any = None, sure: Any = None) -> Any:
        """Raises Refused, after which nothing has changed."""
        return erase(self, reason, sure)


class ErasurePlan(models.Model):
    """What the dialog asks. Never stored."""

    reason = LongTextField(
        _("Who asked, when and how"),
        required=True,
        help_text=_("Kept as proof. Write no personal data here."),
    )
    sure = BooleanField(
        _("Erase for good"),
        help_text=_("Name, addresses, numbers, files, comments and their history. This cannot be undone."),
    )

    class Meta:
        managed = False
        verbose_name = _("erasure")

    def __str__(self) -> str:
        return ""


def may_be_erased(record: Any) -> bool:
    user = acting_user()
    return record.erased_at is None and bool(getattr(user, "is_admin", False))


def erase(record: Any, reason: Any, sure: Any) -> Any:
    reason = str(reason or "").strip()
    if not reason:
        raise Refused([Refusal("reason", "REQUIRED", _("Say who asked for it, and when."))])
    if sure not in (True, "on", "true", "1", "yes"):
        raise Refused([Refusal("sure", "REQUIRED", _("Tick this to go on: it cannot be undone."))])
    try:
        with transaction.atomic():
            # All are looked for first: once their addresses are gone nobody finds their mails.
            everybody = _same_person(record)
            _forget_mails(everybody)
            for one in everybody:
                _erase_one(one, reason)
    except Refusal as refusal:
        raise Refused([refusal]) from refusal
    return type(record)._base_manager.get(pk=record.pk)


def _same_person(record: Any) -> list[Any]:
    """The record and what stands for the very same person, locked, in a fixed order."""
    lead = registry.module("customers.Lead").model
    contact = registry.module("customers.Contact").model
    found: dict[int, Any] = {record.pk: record}
    contacts = {record.pk} if isinstance(record, contact) else set()
    if isinstance(record, lead) and record.converted_contact_id:
        contacts.add(record.converted_contact_id)
    for one in contact._base_manager.filter(pk__in=contacts).select_related("account"):
        found[one.pk] = one
        if one.account is not None and not one.account.is_company:
            found[one.account_id] = one.account
    for one in lead._base_manager.filter(converted_contact__in=contacts):
        found[one.pk] = one
    for one in list(found.values()):
        gone = Absorbed.objects.filter(survivor=one.pk).values_list("pk", flat=True)
        found |= {other.pk: other for other in type(one)._base_manager.filter(pk__in=list(gone))}
    return [
        type(one)._base_manager.select_for_update(of=("self",)).get(pk=id)
        for id, one in sorted(found.items())
    ]


def _erase_one(record: Any, reason: str) -> None:
    module = registry.of(record)
    with translation.override(company().language):
        nameless = str(_("Erased person"))
    values: dict[str, Any] = dict.fromkeys(PERSONAL[module.key])
    values |= {name: nameless for name in ("last_name", "name") if name in values}
    values |= {"custom": {}, "erased_at": timezone.now(), **NO_MORE[module.key]}
    if module.key == "customers.contact":
        _end_consents(record)
        _forget_titles(record)
    erase_record(record, values, reason)


def _end_consents(contact: Any) -> None:
    """They end; that they were given, for what and when stays as evidence, without what was written about them."""
    module, now = registry.module("customers.Consent"), timezone.now()
    rows = list(module.model._base_manager.filter(contact=contact.pk).values_list("pk", "withdrawn_at"))
    drafts = [Draft({"proof": None, "withdrawn_at": before or now}, id=id) for id, before in rows]
    if drafts:
        write(module, drafts, exact=True, authorised=AUTHORISED)
        forget_columns(module, [id for id, _before in rows], ["proof"])


def _forget_titles(contact: Any) -> None:
    """What somebody is in further companies; that they are there stays."""
    module = registry.module("customers.Affiliation")
    ids = list(module.model._base_manager.filter(contact=contact.pk).values_list("pk", flat=True))
    if ids:
        write(module, [Draft({"title": None}, id=id) for id in ids], exact=True, authorised=AUTHORISED)
        forget_columns(module, ids, ["title"])


def _forget_mails(people: list[Any]) -> None:
    """Mails about documents went to addresses that are nobody's now. That a mail went out stays."""
    names = ("email", "secondary_email", "other_email")
    addresses = {one.__dict__[name] for one in people for name in names if one.__dict__.get(name)}
    ids: list[int] = []
    for address in addresses:
        rows = SentMail._base_manager.filter(
            models.Q(recipients__icontains=address) | models.Q(copies__icontains=address)
        )
        ids += [one.pk for one in rows if address.lower() in _written_to(one)]
    if ids:
        # Mails about what is kept as evidence are a part of it.
        refuse_held(list(SentMail._base_manager.filter(pk__in=ids).values_list("record", flat=True)))
        module = registry.of(SentMail)
        values = {"recipients": GONE, "copies": None, "subject": GONE, "text": GONE}
        write(
            module, [Draft(dict(values), id=id) for id in sorted(set(ids))], exact=True, authorised=AUTHORISED
        )
        forget_columns(module, ids, list(values))


def _written_to(mail: SentMail) -> set[str]:
    return {one.strip().lower() for one in f"{mail.recipients},{mail.copies or ''}".split(",")}
