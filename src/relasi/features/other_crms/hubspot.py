"""HubSpot: the record id stands in every file, and links stand by name and by id, several with ";" between them."""

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
    LEAD_SOURCES,
    keyed,
    signs,
)

_ID = ["Record ID", "Record ID - Contact", "Record ID - Company", "Record ID - Deal"]
_COMPANY_IDS = ["Associated Company IDs", "Primary Associated Company ID", "Associated Company IDs (Primary)"]
_COMPANY = ["Associated Company", "Associated Company (Primary)", "Primary Company", "Company name"]
_SIGNS = signs(
    "Record ID, Create Date", "Record ID, Associated Company IDs", "Record ID, Lifecycle Stage", "Record ID, Deal Stage",
    "Record ID, Company Domain Name", "Record ID - Contact, Create Date", "Record ID - Company, Create Date",
)  # fmt: skip

_LIFECYCLE = {
    "Subscriber": "lead", "Marketing Qualified Lead": "mql", "marketingqualifiedlead": "mql",
    "Sales Qualified Lead": "sql", "salesqualifiedlead": "sql", "Other": "lead",
}  # fmt: skip

_STAGES = {
    "Appointment Scheduled": "Prospek Baru", "appointmentscheduled": "Prospek Baru", "Qualified To Buy": "Kualifikasi",
    "qualifiedtobuy": "Kualifikasi", "Presentation Scheduled": "Analisis Kebutuhan",
    "presentationscheduled": "Analisis Kebutuhan", "Decision Maker Bought-In": "Proposisi Nilai",
    "decisionmakerboughtin": "Proposisi Nilai", "Contract Sent": "Negosiasi", "contractsent": "Negosiasi",
    "Closed Won": "Menang", "closedwon": "Menang", "Closed Lost": "Kalah", "closedlost": "Kalah",
}  # fmt: skip

SOURCE = KnownSource("hubspot", "HubSpot", {
    ACCOUNT: Sheet(
        _SIGNS,
        keyed({
            THEIR_ID: _ID, "#id:parent": ["Parent Company ID", "Associated Company IDs"], "owner": ["Company owner"],
            "website": ["Website URL", "Company Domain Name"], "billing_address.country": ["Country/Region"],
            "billing_address.province": ["State/Region"], "employees": ["Number of Employees"],
        }),
        {"industry": INDUSTRIES, "type": ACCOUNT_TYPES},
    ),
    CONTACT: Sheet(
        _SIGNS,
        keyed({
            THEIR_ID: _ID, "#id:account": _COMPANY_IDS, "account": _COMPANY, "owner": ["Contact owner"],
            "mailing_address.country": ["Country/Region"], "mailing_address.province": ["State/Region"],
        }),
        {"lifecycle_stage": _LIFECYCLE, "lead_source": LEAD_SOURCES},
    ),
    DEAL: Sheet(
        _SIGNS,
        keyed({
            THEIR_ID: _ID, "#id:account": _COMPANY_IDS, "account": _COMPANY, "owner": ["Deal owner"],
            "#id:contact": ["Associated Contact IDs"], "contact": ["Associated Contact"],
            "lost_reason": ["Closed Lost Reason"], "description": ["Deal Description"],
        }),
        {"stage": _STAGES, "type": DEAL_TYPES, "lead_source": LEAD_SOURCES},
    ),
})  # fmt: skip
