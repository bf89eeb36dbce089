"""Reorder news: whoever looks after a product hears once when it falls below its reorder level."""

from __future__ import annotations

from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from markupsafe import Markup, escape

from relasi.engine.access.directory import directory
from relasi.engine.activity.news import tell
from relasi.engine.activity.notification import Notification, NotificationKind, register_kind
from relasi.engine.activity.telling import tells

SHORT = register_kind(
    NotificationKind(
        "stock_short",
        gettext_lazy("A product falls below its reorder level"),
        "circle-alert",
        "now",
        own=True,
    )
)
# The database forgets it as soon as there is enough again (kits/stock/figures.py). What somebody else moves just now is
# left to them: to wait for it here could be to wait for each other.
_TOLD = """
    UPDATE catalog_product SET short_told = true WHERE id IN (
        SELECT id FROM catalog_product WHERE runs_short AND NOT short_told FOR NO KEY UPDATE SKIP LOCKED
    ) RETURNING id, owner_id
"""


def tell_what_runs_short() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM catalog_product WHERE runs_short AND NOT short_told)")
        if not cursor.fetchone()[0]:
            return
        cursor.execute(_TOLD)
        found = cursor.fetchall()
    known = directory()
    for product, owner in found:
        tell(SHORT, sorted(known.people_behind(owner)), record=product)


@tells("stock_short")
def _short(row: Notification, user: object) -> tuple[Markup, str]:
    return escape(_("There is less than the reorder level of it")), f"/r/{row.record_id}/"
