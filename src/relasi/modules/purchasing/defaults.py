"""Defaults: the limit of purchase orders every company begins with."""

from __future__ import annotations

from django.db import connection, transaction
from django.utils.translation import gettext_noop

from relasi.engine.access.acting import SYSTEM, acting
from relasi.engine.declare.registry import registry
from relasi.engine.records.write import Draft, write
from relasi.modules.purchasing.buying_limit import BuyingLimit

TOTAL = 50_000_000


def ensure_defaults() -> None:
    """Makes the limit for everybody where there never was any. Safe to run twice, by several at once."""
    with transaction.atomic(), acting(SYSTEM, via="system", reason=gettext_noop("Defaults")):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('relasi.defaults'))")
        if not BuyingLimit._base_manager.exists():
            write(registry.of(BuyingLimit), [Draft({"total": TOTAL})])
