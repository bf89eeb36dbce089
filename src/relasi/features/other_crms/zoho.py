"""Zoho CRM: each link stands twice, by name and by an id under the same heading with ".id"."""

from __future__ import annotations

from relasi.engine.transfer.known_source import KnownSource, Sheet
from relasi.engine.transfer.target import THEIR_ID
from relasi.features.other_crms.words import (
    ACCOUNT,
    ACCOUNT_TYPES,
    CONTACT,
    DEAL,
    DEAL_TYPES,
    INDUSTRIES,
    LEAD,
    LEAD_SOURCES,
    SALUTATIONS,
    STAGES,
    keyed,
    signs,
)

_ID = {THEIR_ID: ["Record Id"]}

_LEAD_STATUS = {
    "Not Contacted": "new", "Attempted to Contact": "attempted", "Contact in Future": "later", "Contacted": "contacted",
    "Junk Lead": "junk", "Lost Lead": "lost", "Pre-Qualified": "prequalified", "Not Qualified": "lost",
}  # fmt: skip

SOURCE = KnownSource("zoho", "Zoho CRM", {
    ACCOUNT: Sheet(
        signs("Record Id, Account Owner", "Record Id, Account Owner.id"),
        keyed(_ID | {"#id:parent": ["Parent Account.id"], "parent": ["Parent Account"], "owner": ["Account Owner"]}),
        {"industry": INDUSTRIES, "type": ACCOUNT_TYPES},
    ),
    CONTACT: Sheet(
        signs("Record Id, Contact Owner.id", "Record Id, Contact Owner, Created Time", "Record Id, Account Name.id"),
        keyed(_ID | {
            "#id:account": ["Account Name.id"], "account": ["Account Name"], "#id:reports_to": ["Reporting To.id"],
            "owner": ["Contact Owner"],
        }),
        {"lead_source": LEAD_SOURCES, "salutation": SALUTATIONS},
    ),
    LEAD: Sheet(
        signs("Record Id, Lead Owner", "Record Id, Lead Owner.id"),
        keyed(_ID | {"owner": ["Lead Owner"]}),
        {"status": _LEAD_STATUS, "industry": INDUSTRIES, "lead_source": LEAD_SOURCES, "salutation": SALUTATIONS},
    ),
    DEAL: Sheet(
        signs("Record Id, Deal Owner", "Record Id, Deal Owner.id", "Record Id, Closing Date"),
        keyed(_ID | {
            "#id:account": ["Account Name.id"], "account": ["Account Name"], "#id:contact": ["Contact Name.id"],
            "contact": ["Contact Name"], "owner": ["Deal Owner"], "expected_close": ["Closing Date"],
        }),
        {"stage": STAGES, "type": DEAL_TYPES, "lead_source": LEAD_SOURCES},
    ),
})  # fmt: skip
