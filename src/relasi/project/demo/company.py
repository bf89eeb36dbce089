"""Company: makes the whole demo, in the order in which it could have happened."""

from __future__ import annotations

from random import Random

from django.db import transaction
from django.utils import timezone

from relasi.engine.access.acting import SYSTEM, acting
from relasi.features.settings.defaults import top_role
from relasi.project.demo.agenda import make_agenda
from relasi.project.demo.bank import make_bank
from relasi.project.demo.catalog import make_catalog
from relasi.project.demo.clock import Clock
from relasi.project.demo.customers import left_at, make_accounts, make_contacts
from relasi.project.demo.deals import make_deals
from relasi.project.demo.leads import make_leads
from relasi.project.demo.letterhead import make_letterhead
from relasi.project.demo.month_end import close_months
from relasi.project.demo.names import people
from relasi.project.demo.past import Past, date_back
from relasi.project.demo.purchasing import make_purchasing
from relasi.project.demo.staff import Staff, hire, part_ways
from relasi.project.demo.trade import make_trade

SEED = 1945
# With what leads become on the way: 300 accounts, 1,000 contacts, 500 deals.
ACCOUNTS, CONTACTS, DEALS = 264, 960, 460


def make_company(password: str) -> Staff:
    """Fills an empty database. All of it, or nothing."""
    random = Random(SEED)
    clock = Clock(random, timezone.localtime())
    past, names = Past(clock.beginning), people(random)
    with transaction.atomic():
        with acting(SYSTEM, via="system", reason="PT Surya Cakra Energi"):
            staff = hire(password, top_role())
            make_letterhead()
        known = make_accounts(clock, staff, past, ACCOUNTS)
        catalog = make_catalog(staff, known)
        make_contacts(clock, staff, past, known, names, CONTACTS)
        converted = make_leads(clock, staff, past, names)
        make_deals(clock, staff, past, known, converted, DEALS)
        make_trade(clock, staff, past, catalog)
        make_bank(clock, staff, past)
        make_purchasing(clock, staff, past, catalog)
        make_agenda(clock, staff, past)
        with acting(SYSTEM, via="system", reason="Keluar dari perusahaan") as leaving:
            left = part_ways(staff)
        past.moments[leaving.change_set or 0, left.pk] = left_at(clock)
        date_back(past)
        close_months(clock, staff)
    return staff
