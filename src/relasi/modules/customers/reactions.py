"""Reactions of the customers area: what follows here from changes of its own records and of deals."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Max
from procrastinate.exceptions import AlreadyEnqueued

from relasi.engine.access.acting import current_acting
from relasi.engine.access.directory import directory
from relasi.engine.declare.registry import registry
from relasi.engine.records.merge import VIA as MERGE
from relasi.engine.records.reactions import CHANGED, CREATED, RESTORED, TRASHED, on
from relasi.engine.records.refusal import Change
from relasi.engine.records.write import Draft, write
from relasi.kits.parties.person_name import split_person_name
from relasi.kits.pipeline.stage_change import keep_moves
from relasi.modules.customers.account import Account
from relasi.modules.customers.affiliation import Affiliation
from relasi.modules.customers.contact import Contact
from relasi.modules.customers.hierarchy import roll_up
from relasi.modules.customers.jobs import weigh_leads
from relasi.modules.customers.lead import Lead
from relasi.modules.customers.lifecycle import Lifecycle, is_forward
from relasi.modules.customers.picklists import AccountKind, AccountType
from relasi.modules.customers.scoring import are_any, weigh
from relasi.modules.customers.stage_history import ContactStage, LeadStage

DERIVED = "this follows from another change"
A_DAY = timedelta(days=1)


@on(CREATED, "customers.Account")
def give_a_person_their_contact(changes: list[Change]) -> None:
    """An account of a private person comes with the contact it stands for."""
    drafts = [_own_contact(c.record) for c in changes if c.record.kind == AccountKind.PERSON]
    if drafts:
        write(registry.of(Contact), drafts, authorised=DERIVED)


def _own_contact(account: Account) -> Draft:
    name = split_person_name(account.name)
    salutation, first, last = name.for_contact
    return Draft({
        "salutation": salutation, "first_name": first, "last_name": last or account.name, "account": account.pk,
        "email": account.email, "secondary_email": account.other_email, "mobile": account.phone,
        "other_phone": account.other_phone, "mailing_address": account.billing_address, "owner": account.owner_id,
    })  # fmt: skip


@on(TRASHED, "customers.Account")
def take_the_contacts_of_persons_along(changes: list[Change]) -> None:
    """Where the person who deletes has chosen so."""
    ids = [c.record.pk for c in changes if "contacts" in c.confirmed and not c.record.is_company]
    contacts = Contact._base_manager.filter(account__in=ids, trashed_at=None).values_list("pk", flat=True)
    drafts = [Draft({}, id=id) for id in contacts]
    if drafts:
        write(registry.of(Contact), drafts, verb="trash", confirmed=["trash"])


@on(CREATED, "customers.Account")
def add_up_for_those_above(changes: list[Change]) -> None:
    roll_up(change for change in changes if change.record.parent_id is not None)


@on(CHANGED, "customers.Account")
def add_up_what_changed(changes: list[Change]) -> None:
    roll_up(change for change in changes if change.has("annual_revenue") or change.has("parent"))


@on(TRASHED, "customers.Account")
@on(RESTORED, "customers.Account")
def add_up_without_or_again(changes: list[Change]) -> None:
    roll_up(changes)


@on(CHANGED, "customers.Contact", field="lifecycle_stage")
def keep_contact_stages(changes: list[Change]) -> None:
    keep_moves(ContactStage, changes, field="lifecycle_stage", more=_contact_reason)


def _contact_reason(change: Change) -> dict[str, Any]:
    return {"reason": change.record.stage_reason if change.has("stage_reason") else None}


@on(CHANGED, "customers.Lead", field="stage")
def keep_lead_stages(changes: list[Change]) -> None:
    keep_moves(LeadStage, changes, more=_lead_reason)


def _lead_reason(change: Change) -> dict[str, Any]:
    lead = change.record
    given_back = lead.stage in (Lifecycle.LEAD, Lifecycle.MQL, Lifecycle.DISQUALIFIED)
    offered = change.old("stage") == Lifecycle.LEAD and lead.stage == Lifecycle.MQL
    by_rule = {"rule": lead.qualified_by_id, "user": None} if offered and lead.qualified_by_id else {}
    return {
        **by_rule,
        "score": lead.score,
        "reason": lead.stage_note if change.has("stage_note") else None,
        "rejection_reason": lead.rejection_reason if given_back else None,
    }


@on(CREATED, "customers.Lead")
@on(CHANGED, "customers.Lead")
@on(RESTORED, "customers.Lead")
def weigh_by_the_rules(changes: list[Change]) -> None:
    """An undo gives points anew, but offers nobody to sales."""
    if are_any():
        leads = [c.record.pk for c in changes if not c.record.is_converted]
        weigh(leads, promote=not current_acting().reverts)


@on(CREATED, "customers.LeadRule")
@on(CHANGED, "customers.LeadRule")
@on(TRASHED, "customers.LeadRule")
@on(RESTORED, "customers.LeadRule")
def weigh_all_by_the_new_rules(changes: list[Change]) -> None:
    """Those that are saved from now on at once, all others in the worker."""
    directory()
    with suppress(AlreadyEnqueued), transaction.atomic():
        weigh_leads.defer()


@on(CHANGED, "customers.Contact", field="account")
def no_company_twice(changes: list[Change]) -> None:
    """What becomes the main company of a contact is no further one any more. An undo puts both back by itself."""
    _only_further_companies({c.record.pk for c in changes if c.record.account_id is not None})


@on(CHANGED, "customers.Affiliation")
def no_company_twice_after_a_merge(changes: list[Change]) -> None:
    """Of two companies that become one, or of two people."""
    if current_acting().via == MERGE:
        _only_further_companies({c.record.contact_id for c in changes})


def _only_further_companies(contacts: set[int]) -> None:
    if current_acting().reverts:
        return
    rows = Affiliation._base_manager.filter(contact__in=contacts, trashed_at=None)
    ids = list(rows.filter(account=F("contact__account")).values_list("pk", flat=True))
    if ids:
        write(registry.of(Affiliation), [Draft({}, id=id) for id in ids], verb="trash", authorised=DERIVED)


@on(CREATED, "sales.Deal")
def people_of_new_deals_are_opportunities(changes: list[Change]) -> None:
    _move_on({c.record.contact_id for c in changes if c.record.contact_id}, Lifecycle.OPPORTUNITY)


@on(CREATED, "sales.Deal", field="status")
@on(CHANGED, "sales.Deal", field="status")
def won_deals_make_customers(changes: list[Change]) -> None:
    """A won deal makes its account, its contact and the lead it came from a customer; a reopened one may unmake it."""
    won = [c.record for c in changes if c.record.status == "won"]
    lost_again = [c.record for c in changes if not c.is_new and c.old("status") == "won"]
    _keep_last_orders({deal.account_id for deal in (*won, *lost_again)} - {None})
    _make_customers({deal.account_id for deal in won} - {None})
    _move_on({deal.contact_id for deal in won} - {None}, Lifecycle.CUSTOMER)
    leads = Lead._base_manager.filter(
        converted_deal__in=[deal.pk for deal in won], stage=Lifecycle.OPPORTUNITY
    )
    _set(Lead, leads.values_list("pk", flat=True), {"stage": Lifecycle.CUSTOMER.value})


@on(CHANGED, "billing.Invoice", field="status")
def issued_invoices_make_customers(changes: list[Change]) -> None:
    """So does the first invoice of an account that came without a deal; what is paid or cancelled later is no news."""
    issued = [c.record for c in changes if c.old("status") == "draft" and c.record.status == "issued"]
    cancelled = [c.record for c in changes if c.record.status == "cancelled"]
    _keep_last_orders({invoice.account_id for invoice in (*issued, *cancelled)} - {None})
    _make_customers({invoice.account_id for invoice in issued} - {None})
    _move_on({invoice.contact_id for invoice in issued} - {None}, Lifecycle.CUSTOMER)


def _keep_last_orders(accounts: set[int]) -> None:
    """Writes anew when each account last ordered: won a deal for us, or got an invoice. A day is close enough, so that
    many invoices of one day are one change of their account."""
    if not accounts:
        return
    last: dict[int, datetime] = {}
    for rows, at in _orders_of(accounts):
        for account, found in rows.values_list("account").annotate(last=Max(at)):
            last[account] = max(found, last.get(account, found))
    stored = Account._base_manager.filter(pk__in=accounts).order_by("pk").values_list("pk", "last_won_at")
    drafts = [
        Draft({"last_won_at": last.get(id)}, id=id) for id, before in stored if _differs(last.get(id), before)
    ]
    if drafts:
        write(registry.of(Account), drafts, authorised=DERIVED)


def _orders_of(accounts: set[int]) -> Iterator[tuple[Any, str]]:
    """The won deals and the issued invoices of the accounts, each with the field that says when."""
    for label, at, which in (
        ("sales.Deal", "closed_at", {"status": "won"}),
        ("billing.Invoice", "issued_at", {"status__in": ["issued", "partly_paid", "paid"]}),
    ):
        rows = registry.module(label).model._base_manager.filter(
            account__in=accounts, trashed_at=None, **which
        )
        yield rows.exclude(**{at: None}).order_by(), at


def _differs(last: datetime | None, before: datetime | None) -> bool:
    return last != before and (last is None or before is None or not before <= last < before + A_DAY)


def _make_customers(accounts: set[int]) -> None:
    """Only an empty type, or "prospect", becomes "customer"; any other was somebody's choice."""
    rows = Account._base_manager.filter(pk__in=accounts)
    ids = [id for id, type in rows.values_list("pk", "type") if type in (None, AccountType.PROSPECT)]
    _set(Account, ids, {"type": AccountType.CUSTOMER.value})


def _move_on(contacts: set[int], stage: Lifecycle) -> None:
    rows = Contact._base_manager.filter(pk__in=contacts).values_list("pk", "lifecycle_stage")
    _set(Contact, [id for id, before in rows if is_forward(before, stage)], {"lifecycle_stage": stage.value})


def _set(model: Any, ids: Iterable[int], values: dict[str, Any]) -> None:
    drafts = [Draft(dict(values), id=id) for id in ids]
    if drafts:
        write(registry.of(model), drafts, authorised=DERIVED)


@on(TRASHED, "sales.Deal")
@on(RESTORED, "sales.Deal")
def deleted_deals_are_no_orders(changes: list[Change]) -> None:
    _keep_last_orders({c.record.account_id for c in changes if c.record.status == "won"} - {None})
