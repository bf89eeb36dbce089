"""Lists and work on many contacts: the acceptance checks of list views, in the numbers they name."""

from __future__ import annotations

import csv
import io
from decimal import Decimal

from django.core.files.storage import default_storage

from relasi.engine.access.acting import acting
from relasi.engine.activity.tag import Tag
from relasi.engine.activity.tagging import put
from relasi.engine.bulk.job import Act, BulkJob
from relasi.engine.bulk.run import run
from relasi.engine.declare.registry import registry
from relasi.engine.query.listing import Listing
from relasi.engine.records.change_set import close_change_set
from relasi.engine.records.write import Draft, create, write
from relasi.engine.transfer.export import ExportJob
from relasi.engine.transfer.export_file import run_export
from relasi.modules.customers.contact import Contact
from relasi.modules.sales.deal import Deal
from tests.make import make
from tests.people import set_mode

CONTACTS = registry.of(Contact)


def contacts(count: int, city: str, source: str, **values: object) -> list[int]:
    drafts = [
        Draft(
            {
                "last_name": f"{city} {source} {n}",
                "lead_source": source,
                "mailing_address": {"city": city},
                **values,
            }
        )
        for n in range(count)
    ]
    return [one.pk for one in write(CONTACTS, drafts, confirmed=["double"]).records]


def test_a_nested_filter_over_ten_thousand_contacts_finds_the_137_counted_by_hand(company, as_admin):
    vip = create(Tag, {"name": "VIP"})
    wanted = contacts(90, "Bandung", "trade_show")
    tagged = contacts(47, "Bandung", "employee")
    put(vip, [*tagged, *wanted[:10]])
    contacts(1863, "Bandung", "employee")
    put(vip, contacts(500, "Jakarta", "trade_show"))
    contacts(7500, "Surabaya", "trade_show")
    in_bandung = {"field": "mailing_address.city", "op": "is", "value": "Bandung"}
    condition = {"all": [in_bandung, {"any": [
        {"field": "lead_source", "op": "is", "value": "trade_show"}, {"field": "tags", "op": "any", "value": [vip.pk]},
    ]}]}  # fmt: skip
    listing = Listing(CONTACTS, company.admin, condition, ["last_name"], ["last_name"])
    assert (Contact.objects.count(), listing.count()) == (10_000, 137)
    pages, after = [], ""
    while after is not None:
        page = listing.page(50, after=after)
        pages.append([row.pk for row in page.rows])
        after = page.after or None
    assert [len(page) for page in pages] == [50, 50, 37]
    assert {id for page in pages for id in page} == {*wanted, *tagged}


def test_of_350_contacts_the_12_that_may_not_be_edited_are_listed(company):
    set_mode("customers.contact", "public_read")
    profile = company.profile("Menyunting banyak", tools=["mass_edit"])
    company.open_role("Staf data", under="Manajer", profile=profile)
    clerk = company.hire("Klara", "Staf data")
    ids = []
    for owner, count in ((clerk, 338), (company.sales_b, 12)):
        with acting(owner):
            ids += contacts(count, "Bandung", "employee")
        close_change_set()
    job = BulkJob(user=clerk, act=Act.EDIT, module="customers.contact", slug="contacts",
                  values={"department": "Pengadaan"})  # fmt: skip
    BulkJob.objects.bulk_create([job])
    job.freeze(ids)
    run(job)
    assert (job.count("done"), job.count("failed")) == (338, 12)
    assert {reason["code"] for fault in job.faults.all() for reason in fault.reasons} == {"NO_PERMISSION"}
    assert {fault.record for fault in job.faults.all()} == {*ids[338:]}
    assert Contact._base_manager.filter(department="Pengadaan").count() == 338


def test_the_total_of_a_list_is_the_sum_of_the_exported_file(company, as_admin):
    amounts = [Decimal("1250000.50"), Decimal("999999999.99"), Decimal("3"), None, Decimal("0.01")]
    for amount in amounts:
        make("sales.Deal", amount=amount)
    columns = ["name", "amount"]
    [total] = Listing(registry.of(Deal), company.admin, columns=columns).totals().columns
    job = ExportJob(
        user=company.admin, module="sales.deal", slug="deals", format="csv", asked={"columns": columns}
    )
    ExportJob.objects.bulk_create([job])
    run_export(job)
    with default_storage.open(job.file) as file:
        _head, *rows = csv.reader(io.StringIO(file.read().decode("utf-8-sig")), delimiter=";")
    assert total.sum == sum(amount for amount in amounts if amount is not None)
    assert sum(Decimal(row[1].replace(".", "").replace(",", ".")) for row in rows if row[1]) == total.sum
