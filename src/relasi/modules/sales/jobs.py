"""Jobs of the sales area."""

from __future__ import annotations

from django.utils.translation import gettext_noop
from procrastinate.contrib.django import app

from relasi.engine.access.acting import SYSTEM, acting
from relasi.modules.sales.expiry import expire_quotes


@app.periodic(cron="5 * * * *")
@app.task(name="expire_quotes", queueing_lock="expire_quotes")
def expire(timestamp: int) -> None:
    """Every hour at five past: one of them is 00:05 where the company is, and a missed one is made up for."""
    with acting(SYSTEM, via="system", reason=gettext_noop("The last day of quotes was over")):
        expire_quotes()
