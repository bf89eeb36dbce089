"""Accounts, contacts, leads and deals."""

from __future__ import annotations

from relasi.features.compat.deal_fields import StageField
from relasi.features.compat.faces import Table
from relasi.features.compat.field import Absent, Field, Plain
from relasi.features.compat.opt_out import OptOut
from relasi.features.compat.references import Ref


def plain(**paths: str) -> list[Field]:
    return [Plain(name, path) for name, path in paths.items()]


def address(prefix: str, path: str, *, suffix: str = "", **names: str) -> list[Field]:
    """The parts of an address: bill_street, bill_city …, or mailingstreet, mailingcity …."""
    parts = {"street": "street", "city": "city", "state": "province", "code": "postal_code", "country": "country",
             "pobox": "po_box"} | names  # fmt: skip
    return [Plain(f"{prefix}{name}{suffix}", f"{path}.{part}") for name, part in parts.items()]


def _mailing(prefix: str, path: str) -> list[Field]:
    parts = {"street": "street", "city": "city", "state": "province", "zip": "postal_code", "country": "country",
             "pobox": "po_box"}  # fmt: skip
    return [Plain(f"{prefix}{name}", f"{path}.{part}") for name, part in parts.items()]


def _lead_address() -> list[Field]:
    parts = {"lane": "street", "city": "city", "state": "province", "code": "postal_code", "country": "country",
             "pobox": "po_box"}  # fmt: skip
    return [Plain(name, f"address.{part}") for name, part in parts.items()]


ACCOUNTS = Table(
    11, "Accounts", "accounts", "Organizations", "Organization", label_fields="accountname", number="account_no",
    fields=[
        *plain(accountname="name", phone="phone", website="website", fax="fax", tickersymbol="ticker",
               otherphone="other_phone", email1="email", email2="other_email", employees="employees", ownership="ownership",
               rating="rating", industry="industry", accounttype="type", annual_revenue="annual_revenue",
               emailoptout="email_opt_out"),
        Absent("siccode"), Absent("notify_owner", "0", "boolean"), Absent("isconvertedfromlead", "0", "boolean"),
        Ref("account_id", "parent"),
        *address("bill_", "billing_address"), *address("ship_", "shipping_address"),
        *plain(description="description"),
    ],
)  # fmt: skip

CONTACTS = Table(
    12, "Contacts", "contacts", "Contacts", "Contact", label_fields="firstname,lastname", number="contact_no",
    fields=[
        *plain(salutationtype="salutation", firstname="first_name", lastname="last_name", phone="office_phone",
               mobile="mobile", homephone="home_phone", otherphone="other_phone", fax="fax", title="title",
               department="department", email="email", secondaryemail="secondary_email", birthday="birthdate",
               leadsource="lead_source", assistant="assistant", assistantphone="assistant_phone", donotcall="do_not_call"),
        OptOut("emailoptout"), Plain("reference", "reference"), Absent("notify_owner", "0", "boolean"),
        Absent("portal", "0", "boolean"), Absent("isconvertedfromlead", "0", "boolean"), Absent("fax"),
        Absent("imagename"), Absent("imageattachmentids"),
        *plain(support_start_date="support_start", support_end_date="support_end"),
        Ref("account_id", "account"), Ref("contact_id", "reports_to"),
        *_mailing("mailing", "mailing_address"), *_mailing("other", "other_address"),
        *plain(description="description"),
    ],
)  # fmt: skip

LEADS = Table(
    10, "Leads", "leads", "Leads", "Lead", label_fields="firstname,lastname", number="lead_no",
    fields=[
        *plain(salutationtype="salutation", firstname="first_name", lastname="last_name", phone="phone", mobile="mobile",
               company="company", designation="title", email="email", secondaryemail="secondary_email",
               leadsource="lead_source", website="website", industry="industry", leadstatus="status",
               annualrevenue="annual_revenue", rating="rating", noofemployees="employees", emailoptout="email_opt_out"),
        Absent("fax"), Absent("isconvertedfromlead", "0", "boolean"),
        *_lead_address(), *plain(description="description"),
    ],
)  # fmt: skip

POTENTIALS = Table(
    13, "Potentials", "deals", "Opportunities", "Opportunity", label_fields="potentialname", number="potential_no",
    fields=[
        *plain(potentialname="name", amount="amount", closingdate="expected_close", opportunity_type="type",
               nextstep="next_step", leadsource="lead_source", probability="probability",
               forecast_amount="weighted_amount", description="description"),
        Ref("related_to", "account"), Ref("contact_id", "contact"), StageField("sales_stage"),
        Absent("campaignid"), Absent("isconvertedfromlead", "0", "boolean"),
    ],
)  # fmt: skip

TABLES = [ACCOUNTS, CONTACTS, LEADS, POTENTIALS]
