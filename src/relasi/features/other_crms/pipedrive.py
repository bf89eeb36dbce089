"""Pipedrive: "Person - Name" and its like; ids only where the exporting person asked for them, so links go by name."""

from __future__ import annotations

from typing import Any

from relasi.engine.transfer.known_source import KnownSource, Sheet
from relasi.engine.transfer.target import THEIR_ID
from relasi.features.other_crms.words import ACCOUNT, CONTACT, DEAL, LOST_REASONS, keyed, signs

_STAGES = {
    "Qualified": "Kualifikasi", "Contact Made": "Prospek Baru", "Demo Scheduled": "Analisis Kebutuhan",
    "Proposal Made": "Penawaran Harga", "Negotiations Started": "Negosiasi", "Lead In": "Prospek Baru",
    "Needs Defined": "Analisis Kebutuhan", "Won": "Menang", "Lost": "Kalah",
}  # fmt: skip
_CLOSED_ON = ("deal won time", "deal lost time", "deal deal closed on")


def _closed_or_not(cells: dict[str, Any]) -> None:
    """A deal that was won or lost still stands in the stage it was in before, often without a day it was expected."""
    status = str(cells.get("deal status") or "").strip().casefold()
    if status in ("won", "lost") and "deal stage" in cells:
        cells["deal stage"] = status
    if "deal expected close date" in cells and not cells["deal expected close date"]:
        closed = next((cells[heading] for heading in _CLOSED_ON if cells.get(heading)), None)
        cells["deal expected close date"] = str(closed)[:10] if closed else None


def _one_address(cells: dict[str, Any]) -> None:
    """Several addresses of mail may share one cell."""
    for heading in ("person email", "person email work"):
        first, *others = [part.strip() for part in str(cells.get(heading) or "").split(",")]
        if others:
            cells[heading] = first
            if "person email home" in cells and not cells["person email home"]:
                cells["person email home"] = others[0]


SOURCE = KnownSource("pipedrive", "Pipedrive", {
    ACCOUNT: Sheet(
        signs("Organization - ID", "Organization - Name, Organization - Owner", "Organization - Name, Organization - Address"),
        keyed({
            THEIR_ID: ["Organization - ID", "Organization - Pipedrive System ID"], "name": ["Organization - Name"],
            "owner": ["Organization - Owner"], "billing_address.street": ["Organization - Address"],
        }),
    ),
    CONTACT: Sheet(
        signs("Person - ID", "Person - Name, Person - Email", "Person - Name, Person - Organization",
              "Person - Name, Person - Phone", "Person - Name, Person - Email (Work)"),
        keyed({
            THEIR_ID: ["Person - ID", "Person - Pipedrive System ID"], "#id:account": ["Person - Organization ID"],
            "account": ["Person - Organization", "Organization - Name"], "owner": ["Person - Owner"],
            "title": ["Person - Job title"], "email": ["Person - Email (Work)", "Person - Email"],
            "secondary_email": ["Person - Email (Home)"],
        }),
        set_right=_one_address,
    ),
    DEAL: Sheet(
        signs("Deal - ID", "Deal - Title, Deal - Stage", "Deal - Title, Deal - Value"),
        keyed({
            THEIR_ID: ["Deal - ID", "Deal - Pipedrive System ID"], "#id:account": ["Deal - Organization ID"],
            "account": ["Deal - Organization", "Organization - Name"], "#id:contact": ["Deal - Person ID"],
            "contact": ["Deal - Contact person", "Person - Name"], "owner": ["Deal - Owner"],
        }),
        {"stage": _STAGES, "lost_reason": LOST_REASONS},
        _closed_or_not,
    ),
})  # fmt: skip
