"""Salesforce: the weekly export, with names of its API for headings, ids everywhere, and what was deleted or merged."""

from __future__ import annotations

from relasi.engine.transfer.known_source import KnownSource, Sheet
from relasi.engine.transfer.mapping import EXTRA
from relasi.engine.transfer.target import GONE, MERGED_INTO, THEIR_ID
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

_SIGNS = signs("Id, IsDeleted", "Id, OwnerId, CreatedById", "Id, OwnerId, CreatedDate")
_OF_ALL = {THEIR_ID: ["Id"], GONE: ["IsDeleted"], MERGED_INTO: ["MasterRecordId"]}
# Owners stand by an id that says nothing here.
_NO_OWNER = {EXTRA: ["OwnerId"]}

_LEAD_STATUS = {
    "Open - Not Contacted": "new", "Open": "new", "Working - Contacted": "contacted", "Working": "contacted",
    "Nurturing": "later", "Unqualified": "lost", "Closed - Converted": "converted", "Closed - Not Converted": "lost",
}  # fmt: skip
# Their rating says how warm somebody is, ours what became of a company.
_RATING = dict.fromkeys(("Hot", "Warm", "Cold"), EXTRA)

SOURCE = KnownSource("salesforce", "Salesforce", {
    ACCOUNT: Sheet(
        _SIGNS,
        keyed(_OF_ALL | _NO_OWNER | {"#id:parent": ["ParentId"], "ticker": ["TickerSymbol"]}),
        {"industry": INDUSTRIES, "type": ACCOUNT_TYPES, "rating": _RATING},
    ),
    CONTACT: Sheet(
        _SIGNS,
        keyed(_OF_ALL | _NO_OWNER | {
            "#id:account": ["AccountId"], "#id:reports_to": ["ReportsToId"], "mobile": ["MobilePhone"],
        }),
        {"lead_source": LEAD_SOURCES, "salutation": SALUTATIONS},
    ),
    LEAD: Sheet(
        _SIGNS,
        keyed(_OF_ALL | _NO_OWNER | {"mobile": ["MobilePhone"]}),
        {
            "status": _LEAD_STATUS, "industry": INDUSTRIES, "lead_source": LEAD_SOURCES, "rating": _RATING,
            "salutation": SALUTATIONS,
        },
    ),
    DEAL: Sheet(
        _SIGNS,
        keyed(_OF_ALL | _NO_OWNER | {"#id:account": ["AccountId"], "#id:contact": ["ContactId"]}),
        {"stage": STAGES, "type": DEAL_TYPES, "lead_source": LEAD_SOURCES},
    ),
})  # fmt: skip
