"""Paper news: whoever looks after a vendor hears once, in time, that one of its documents ends."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from markupsafe import Markup, escape

from relasi.engine.access.directory import directory
from relasi.engine.activity.news import tell
from relasi.engine.activity.notification import Notification, NotificationKind, register_kind
from relasi.engine.activity.telling import tells
from relasi.engine.declare.registry import registry
from relasi.engine.fields.date_text import write_date
from relasi.engine.fields.reader import current_reader
from relasi.engine.records.write import Draft, write
from relasi.kits.pipeline.days import today
from relasi.modules.purchasing.vendor import VendorStatus
from relasi.modules.purchasing.vendor_paper import SOON, VendorPaper

ENDING = register_kind(
    NotificationKind(
        "vendor_paper_ends", gettext_lazy("A document of a vendor ends soon"), "file-check", "now", own=True
    )
)


def tell_of_ending_papers() -> int:
    """How many. An end that was moved is told of anew."""
    rows = VendorPaper._base_manager.filter(
        trashed_at=None, expires_on__lte=today() + SOON, vendor__trashed_at=None,
        vendor__status__in=[VendorStatus.CANDIDATE, VendorStatus.APPROVED],
    ).exclude(told_of=F("expires_on"))  # fmt: skip
    found = list(rows.select_related("vendor").order_by("pk"))
    known = directory()
    for paper in found:
        people = sorted(known.people_behind(paper.vendor.owner_id))
        tell(ENDING, people, record=paper.vendor_id, paper=str(paper), day=paper.expires_on.isoformat())
    if found:
        drafts = [Draft({"told_of": paper.expires_on}, id=paper.pk) for paper in found]
        write(registry.of(VendorPaper), drafts, authorised="its end was told")
    return len(found)


@tells("vendor_paper_ends")
def _ends(row: Notification, user: Any) -> tuple[Markup, str]:
    day = date.fromisoformat(row.facts["day"])
    said = _("%(paper)s ended on %(day)s") if day < today() else _("%(paper)s ends on %(day)s")
    words = {"paper": row.facts["paper"], "day": write_date(day, current_reader())}
    return escape(said) % words, f"/r/{row.record_id}/"
