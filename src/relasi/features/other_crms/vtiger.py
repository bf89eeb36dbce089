"""Vtiger: labels for headings, links as "Module::::Name", and no id but the number of a record, which is kept as one."""

from __future__ import annotations

from relasi.engine.transfer.known_source import KnownSource, Sheet
from relasi.engine.transfer.target import THEIR_ID
from relasi.features.other_crms.words import (
    ACCOUNT,
    CONTACT,
    DEAL,
    INDUSTRIES,
    LEAD,
    LEAD_SOURCES,
    LOST_REASONS,
    SALUTATIONS,
    STAGES,
    keyed,
    signs,
)

_OWNER = {"owner": ["Assigned To"]}

SOURCE = KnownSource("vtiger", "Vtiger", {
    ACCOUNT: Sheet(
        signs("Account No, Assigned To", "Organization Number, Assigned To", "Account Name, Member Of, Assigned To",
              "Organization Name, Member Of, Assigned To"),
        keyed(_OWNER | {THEIR_ID: ["Account No", "Organization Number"]}),
        {"industry": INDUSTRIES},
    ),
    CONTACT: Sheet(
        signs("Contact Id, Assigned To", "Contact Number, Assigned To"),
        keyed(_OWNER | {THEIR_ID: ["Contact Id", "Contact Number"]}),
        {"lead_source": LEAD_SOURCES, "salutation": SALUTATIONS},
    ),
    LEAD: Sheet(
        signs("Lead No, Assigned To"),
        keyed(_OWNER | {THEIR_ID: ["Lead No"]}),
        {"industry": INDUSTRIES, "lead_source": LEAD_SOURCES, "salutation": SALUTATIONS},
    ),
    DEAL: Sheet(
        signs("Potential No, Assigned To", "Opportunity Number, Assigned To"),
        keyed(_OWNER | {THEIR_ID: ["Potential No", "Opportunity Number"]}),
        {"stage": STAGES, "lost_reason": LOST_REASONS, "lead_source": LEAD_SOURCES},
    ),
})  # fmt: skip
