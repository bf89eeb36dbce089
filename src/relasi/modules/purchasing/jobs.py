"""Jobs of the purchasing area."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext_noop
from procrastinate.contrib.django import app

from relasi.engine.access.acting import SYSTEM, acting
from relasi.kits.paying.gathering import gather_all
from relasi.modules.purchasing import paper_news
from relasi.modules.purchasing.vendor_sum import KEPT


@app.periodic(cron="25 * * * *")
@app.task(name="tell_of_ending_papers", queueing_lock="tell_of_ending_papers")
def tell_of_ending_papers(timestamp: int) -> int:
    """Every hour: a day begins at another hour in each zone, and a missed run is made up for."""
    reason = gettext_noop("A document of a vendor ends soon")
    with acting(SYSTEM, via="system", reason=reason), transaction.atomic():
        return paper_news.tell_of_ending_papers()


@app.periodic(cron="* * * * *")
@app.task(name="gather_vendor_sums", queueing_lock="gather_vendor_sums")
def gather_vendor_sums(timestamp: int) -> int:
    """Of how many vendors."""
    return gather_all(KEPT)
