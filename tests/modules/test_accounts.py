"""Account: the acceptance checks of its two specifications, and what follows from them."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from relasi.engine.access.acting import acting
from relasi.engine.declare.registry import registry
from relasi.engine.fields.kind import kind_of
from relasi.engine.query.condition import compile_q
from relasi.engine.query.search import search
from relasi.engine.records.absorbed import survivor_of
from relasi.engine.records.change_set import ChangeSet, close_change_set
from relasi.engine.records.merge import merge
from relasi.engine.records.undo import revert
from relasi.engine.records.write import Refused, create, restore, trash, update
from relasi.modules.billing.invoice import Invoice
from relasi.modules.customers.account import Account, written_form
from relasi.modules.customers.contact import Contact
from tests.make import again, make, put
from tests.modules.refused import refused
from tests.modules.trading import document, issued, paid

pytestmark = pytest.mark.usefixtures("as_admin")


def revenue(account):
    return again(account).group_revenue


def test_a_hierarchy_cannot_be_circular():
    a = make("customers.Account", name="A")
    b = make("customers.Account", name="B", parent=a)
    c = make("customers.Account", name="C", parent=b)
    assert refused(update, a, {"parent": c.pk}) == [("parent", "INVALID_VALUE")]
    assert again(a).parent_id is None
    assert refused(update, a, {"parent": a.pk}) == [("parent", "INVALID_VALUE")]


def test_at_most_ten_levels_stand_above_one_another():
    top = below = make("customers.Account")
    for _level in range(9):
        below = make("customers.Account", parent=below)
    assert refused(make, "customers.Account", parent=below) == [("parent", "INVALID_VALUE")]
    assert refused(update, top, {"parent": make("customers.Account").pk}) == [("parent", "INVALID_VALUE")]


@pytest.mark.parametrize(
    ("written", "stored"),
    [("01.234.567.8-901.000", "012345678901000"), ("0012 3456 7890 1000", "0012345678901000")],
)
def test_an_npwp_is_kept_as_digits(written, stored):
    assert make("customers.Account", npwp=written).npwp == stored


@pytest.mark.parametrize("written", ["12345", "01.234.567.8-901.00x", "000000000000000"])
def test_an_impossible_npwp_is_refused(written):
    assert refused(make, "customers.Account", npwp=written) == [("npwp", "INVALID_VALUE")]


def test_a_nitku_begins_with_the_npwp():
    assert make("customers.Account", npwp="012345678901000", nitku="0012345678901000000000").nitku
    wrong = {"npwp": "012345678901000", "nitku": "9" * 22}
    assert refused(make, "customers.Account", **wrong) == [("nitku", "INVALID_VALUE")]


def test_a_nik_belongs_to_a_person_and_is_shown_masked():
    nik = "3174054307890001"
    assert refused(make, "customers.Account", nik=nik) == [("nik", "INVALID_VALUE")]
    person = make("customers.Account", kind="person", name="Budi Santoso", nik=nik)
    kind = kind_of(Account._meta.get_field("nik"))
    assert kind.show(person.nik) == "3174••••••••0001"
    assert kind.export(person.nik) == "3174••••••••0001"
    assert kind.typed(person.nik) == nik


def test_a_person_account_comes_with_exactly_one_contact():
    account = make("customers.Account", kind="person", name="Budi Santoso", email="budi@example.co.id")
    contact = Contact.objects.get(account=account)
    assert (contact.first_name, contact.last_name, contact.email) == ("Budi", "Santoso", "budi@example.co.id")
    assert contact.owner_id == account.owner_id


def test_a_company_comes_without_a_contact():
    assert not Contact.objects.filter(account=make("customers.Account")).exists()


def test_deleting_a_person_account_offers_to_delete_the_contact_too():
    account = make("customers.Account", kind="person", name="Suharto")
    with pytest.raises(Refused) as caught:
        trash(Account, [account.pk])
    assert [key for key, _label in caught.value.refusals[0].more["offers"]] == ["contacts"]
    trash(Account, [account.pk], confirmed=["trash", "contacts"])
    assert not Contact.objects.filter(account=account).exists()


def test_the_contact_of_a_deleted_person_account_stays_unless_it_is_chosen():
    account = make("customers.Account", kind="person", name="Suharto")
    trash(Account, [account.pk], confirmed=["trash"])
    assert Contact.objects.filter(account=account).exists()


def test_the_group_revenue_is_that_of_the_company_and_all_below_it():
    parent = make("customers.Account", annual_revenue=10)
    make("customers.Account", annual_revenue=5, parent=parent)
    child = make("customers.Account", annual_revenue=7, parent=parent)
    assert revenue(parent) == 22
    grandchild = make("customers.Account", annual_revenue=1, parent=child)
    assert (revenue(parent), revenue(child), revenue(grandchild)) == (23, 8, 1)


def test_the_group_revenue_follows_every_change():
    parent, other = make("customers.Account", annual_revenue=10), make("customers.Account")
    child = make("customers.Account", annual_revenue=5, parent=parent)
    update(child, {"annual_revenue": 6})
    assert (revenue(parent), revenue(child)) == (16, 6)
    update(child, {"parent": other.pk})
    assert (revenue(parent), revenue(other)) == (10, 6)
    trash(Account, [child.pk])
    assert revenue(other) is None
    restore(Account, [child.pk])
    assert revenue(other) == Decimal(6)


def test_a_roll_up_is_no_change_of_the_company_above():
    parent = make("customers.Account", annual_revenue=10)
    make("customers.Account", annual_revenue=5, parent=parent)
    assert again(parent).version == parent.version


def test_the_same_company_written_otherwise_is_pointed_out():
    first = make("customers.Account", name="PT. Maju Jaya")
    with pytest.raises(Refused) as caught:
        create(Account, {"name": "Maju Jaya PT"})
    [refusal] = caught.value.refusals
    assert (refusal.code, refusal.more["matches"], caught.value.status) == ("NOT_UNIQUE", [first.pk], 409)
    assert create(Account, {"name": "Maju Jaya PT"}, confirmed=["double"]).pk


@pytest.mark.parametrize(
    ("stored", "new"),
    [
        ({"npwp": "012345678901000"}, {"npwp": "0012345678901000"}),
        ({"email": "info@maju.co.id"}, {"email": "Info@Maju.co.id"}),
        ({"phone": "021-5551234"}, {"other_phone": "+62 21 5551234"}),
    ],
)
def test_a_company_is_known_by_tax_number_email_and_phone(stored, new):
    first = make("customers.Account", name="Alfa", **stored)
    with pytest.raises(Refused) as caught:
        create(Account, {"name": "Beta", **new})
    assert caught.value.refusals[0].more["matches"] == [first.pk]


def test_a_double_nobody_may_see_is_not_pointed_out(company):
    with acting(company.sales_a):
        make("customers.Account", name="PT Rahasia")
    with acting(company.sales_b):
        assert create(Account, {"name": "Rahasia, PT"}).pk


@pytest.mark.parametrize(
    ("name", "form"),
    [("PT Maju Jaya", "pt"), ("Sumber Rejeki, CV", "cv"), ("UD Karya", "ud"), ("Bank X (Persero) Tbk", "bumn"),
     ("Miller Ltd", "abroad"), ("Toko Sejahtera", None)],
)  # fmt: skip
def test_the_legal_form_is_read_from_the_name(name, form):
    assert written_form(name) == form
    assert make("customers.Account", name=name).legal_form == form


def test_a_chosen_legal_form_stays():
    assert make("customers.Account", name="PT Maju", legal_form="cv").legal_form == "cv"


def test_an_account_with_open_deals_is_deleted_only_after_asking():
    account = make("customers.Account")
    make("sales.Deal", account=account)
    make("sales.Deal", account=account)
    with pytest.raises(Refused) as caught:
        trash(Account, [account.pk])
    [refusal] = caught.value.refusals
    assert (refusal.code, refusal.more["confirm"], refusal.more["count"]) == (
        "INVALID_TRANSITION",
        "trash",
        2,
    )
    assert again(account).trashed_at is None
    trash(Account, [account.pk], confirmed=["trash"])
    assert again(account).trashed_at is not None


def test_a_won_deal_makes_a_customer():
    account = make("customers.Account", type="prospect")
    other = make("customers.Account", type="partner")
    assert account.customer_state == "prospect"
    for one in (account, other):
        make("sales.Deal", account=one).win()
    assert (again(account).customer_state, again(account).type) == ("customer", "customer")
    assert (again(other).customer_state, again(other).type) == ("customer", "partner")


def test_the_first_issued_invoice_makes_a_customer_and_its_cancellation_unmakes_it(company):
    contact = make("customers.Contact", account=make("customers.Account", type="prospect"))
    invoice = issued(account=contact.account, contact=contact)
    account = again(contact.account)
    assert (account.customer_state, account.type) == ("customer", "customer")
    assert again(contact).lifecycle_stage == "customer"
    before = account.version
    issued(account=account)
    assert again(account).version == before
    other = make("customers.Account")
    issued(account=other).cancel("Salah alamat")
    assert again(other).customer_state == "prospect"
    assert invoice.status == "issued"


def test_a_draft_makes_no_customer(company):
    account = make("customers.Account")
    document(Invoice, account=account)
    assert again(account).customer_state == "prospect"


def test_an_account_with_unpaid_invoices_is_not_deleted_even_after_asking(company):
    account, other = make("customers.Account"), make("customers.Account")
    invoice = issued(account=account)
    assert refused(trash, Account, [account.pk], confirmed=["trash"]) == [("", "LOCKED")]
    assert refused(trash, Account, [account.pk, other.pk], confirmed=["trash"]) == [("", "LOCKED")]
    assert again(account).trashed_at is None and again(other).trashed_at is None
    paid(account, invoice.grand_total).spread()
    trash(Account, [account.pk], confirmed=["trash"])


def test_a_customer_without_an_order_for_a_year_is_dormant():
    account = make("customers.Account")
    deal = make("sales.Deal", account=account).win()
    put(account, last_won_at=timezone.now() - timedelta(days=366))
    assert again(account).customer_state == "dormant"
    make("sales.Deal", account=account).win()
    assert again(account).customer_state == "customer"
    assert deal.status == "won"


def test_reopening_the_only_won_deal_takes_the_order_back():
    account = make("customers.Account")
    make("sales.Deal", account=account).win().reopen()
    assert again(account).customer_state == "prospect"


def test_the_state_of_customers_can_be_filtered(company):
    customer, prospect = make("customers.Account"), make("customers.Account")
    make("sales.Deal", account=customer).win()
    module = registry.module("customers.Account")
    condition = compile_q({"field": "customer_state", "op": "is", "value": "customer"}, module, company.admin)
    rows = Account.objects.annotate(computed_customer_state=module.computed["customer_state"].sorts_by)
    assert list(rows.filter(condition)) == [customer]
    assert prospect.customer_state == "prospect"


def test_the_billing_address_is_copied_on_demand():
    address = {"street": "Jl. Sudirman 1", "city": "Jakarta Selatan", "postal_code": "12190"}
    account = make("customers.Account", billing_address=address).copy_billing()
    assert again(account).shipping_address == address


def test_the_main_contact_works_there():
    account, contact = make("customers.Account"), make("customers.Contact")
    assert refused(update, account, {"main_contact": contact.pk}) == [("main_contact", "BAD_REFERENCE")]
    mine = make("customers.Contact", account=account)
    assert update(account, {"main_contact": mine.pk}).main_contact_id == mine.pk


def test_an_inactive_account_is_not_chosen_for_a_new_deal():
    account = make("customers.Account", active=False)
    assert refused(make, "sales.Deal", account=account) == [("account", "BAD_REFERENCE")]


def test_a_branch_belongs_to_its_company_and_is_seen_with_it(company):
    with acting(company.sales_a):
        account = make("customers.Account")
        branch = make("customers.Branch", account=account, name="Surabaya")
        assert list(account.branches.all()) == [branch]
    with acting(company.sales_b):
        assert not list(account.branches.all())
        assert ("account", "BAD_REFERENCE") in refused(make, "customers.Branch", account=account, name="X")


def test_money_terms_have_their_limits():
    assert refused(make, "customers.Account", payment_terms_days=181) == [
        ("payment_terms_days", "OUT_OF_RANGE")
    ]
    assert refused(make, "customers.Account", credit_limit=-1) == [("credit_limit", "OUT_OF_RANGE")]
    assert refused(make, "customers.Account", employees=-1) == [("employees", "OUT_OF_RANGE")]


def test_companies_have_a_menu_entry_of_their_own():
    [(slug, _plural, _name, fixed)] = registry.module("customers.Account").menu
    assert (slug, fixed) == ("companies", {"kind": "company"})


def test_merging_moves_contacts_and_deals_and_the_old_number_leads_on(company, client):
    kept, gone = make("customers.Account", name="PT Maju Jaya"), make("customers.Account", name="Maju Jaya")
    for account, contacts, deals in ((gone, 3, 2), (kept, 1, 1)):
        for _n in range(contacts):
            make("customers.Contact", account=account)
        for _n in range(deals):
            make("sales.Deal", account=account)
    merge(registry.of(Account), kept.pk, [gone.pk], {})
    assert (again(kept).contacts.count(), again(kept).deals.count()) == (4, 3)
    assert survivor_of(gone.pk) == kept.pk
    client.force_login(company.admin)
    for old in (f"/accounts/{gone.pk}/", f"/r/{gone.pk}/"):
        assert client.get(old, follow=True).redirect_chain[-1][0] == f"/accounts/{kept.pk}/"
    assert [hit.id for hit in search(company.admin, gone.number)] == [kept.pk]


def test_a_merge_of_companies_is_taken_apart_again():
    kept, gone = make("customers.Account", annual_revenue=5), make("customers.Account", annual_revenue=7)
    child = make("customers.Account", parent=gone, annual_revenue=1)
    person = make("customers.Contact", account=gone)
    won = make("sales.Deal", account=gone, contact=person)
    won.win()
    close_change_set()
    _record, act = merge(registry.of(Account), kept.pk, [gone.pk], {"annual_revenue": gone.pk})
    assert (revenue(kept), again(won).account_id, again(person).account_id) == (8, kept.pk, kept.pk)
    revert(ChangeSet.objects.get(pk=act))
    assert (revenue(kept), revenue(gone)) == (5, 8)
    assert {again(child).parent_id, again(won).account_id, again(person).account_id} == {gone.pk}


def test_a_company_merged_into_one_below_it_does_not_stand_under_itself():
    top = make("customers.Account")
    parent = make("customers.Account", parent=top)
    child = make("customers.Account", parent=parent)
    merge(registry.of(Account), child.pk, [parent.pk], {})
    assert again(child).parent_id == top.pk


def test_a_company_changes_hands_with_its_open_records(company):
    owner, heir, other = company.sales_a.pk, company.sales_b.pk, company.manager.pk
    account = make("customers.Account", owner=owner)
    contacts = [make("customers.Contact", account=account, owner=owner) for _n in range(3)]
    deals = [make("sales.Deal", account=account, owner=owner) for _n in range(3)]
    deals[2].win()
    elsewhere = make("sales.Deal", account=account, owner=other)
    account.reassign(heir)
    assert {again(one).owner_id for one in (account, *contacts, *deals[:2])} == {heir}
    assert (again(deals[2]).owner_id, again(elsewhere).owner_id) == (owner, other)
