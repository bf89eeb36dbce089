"""Jobs of the purchasing area."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext_noop
from procrastinate.contrib.django import app

from relasi.engine.access.acting import SYSTEM, acting
from relasi.modules.purchasing import paper_news


@app.periodic(cron="25 * * * *")
@app.task(name="tell_of_ending_papers", queueing_lock="tell_of_ending_papers")
def tell_of_ending_papers(timestamp: int) -> int:
    """Every hour: a day begins at another hour in each zone, and a missed run is made up for."""
    reason = gettext_noop("A document of a vendor ends soon")
    with acting(SYSTEM, via="system", reason=reason), transaction.atomic():
        return paper_news.tell_of_ending_papers()
