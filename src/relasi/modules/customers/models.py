"""The table of contents of this area."""

from relasi.modules.customers.account import Account
from relasi.modules.customers.affiliation import Affiliation
from relasi.modules.customers.branch import Branch
from relasi.modules.customers.consent import Consent
from relasi.modules.customers.contact import Contact
from relasi.modules.customers.conversion_map import ConversionField
from relasi.modules.customers.lead import Lead
from relasi.modules.customers.lead_rule import LeadRule
from relasi.modules.customers.stage_history import ContactStage, LeadStage

__all__ = [
    "Account",
    "Affiliation",
    "Branch",
    "Consent",
    "Contact",
    "ContactStage",
    "ConversionField",
    "Lead",
    "LeadRule",
    "LeadStage",
]
