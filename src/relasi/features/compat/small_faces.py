"""Small faces: people, groups, currencies, taxes and what else programs look up beside records."""

from __future__ import annotations

from babel import Locale

from relasi.engine.access.acting import acting_user
from relasi.engine.access.company import company
from relasi.engine.access.directory import directory
from relasi.engine.access.group import Group
from relasi.engine.fields.money import USUAL, sign_of
from relasi.features.compat.currency import number_of
from relasi.features.compat.faces import Face
from relasi.features.compat.ids import CURRENCY, GROUPS, USERS, told_user
from relasi.features.compat.list_face import ListFace
from relasi.features.compat.trade_taxes import all_taxes, rates_now
from relasi.features.compat.values import moment
from relasi.modules.billing.company_details import CompanyDetails
from relasi.users.user import User

PERSON = {"user_name": "string", "first_name": "string", "last_name": "string", "email1": "email", "is_admin": "boolean",
          "status": "picklist", "roleid": "string", "title": "string", "department": "string", "phone_work": "phone",
          "time_zone": "picklist", "currency_id": "reference", "language": "picklist", "createdtime": "datetime",
          "modifiedtime": "datetime"}  # fmt: skip


def faces() -> list[Face]:
    return [
        ListFace(USERS, "Users", "Users", "User", PERSON, people, User._meta.label_lower),
        ListFace(GROUPS, "Groups", "Groups", "Group", {"groupname": "string", "description": "text"}, groups,
                 Group._meta.label_lower),
        ListFace(CURRENCY, "Currency", "Currency", "Currency",
                 {"currency_name": "string", "currency_code": "string", "currency_symbol": "string",
                  "conversion_rate": "double", "currency_status": "string", "defaultid": "integer", "deleted": "integer"},
                 currencies),
        ListFace(22, "DocumentFolders", "Document Folders", "Document Folder",
                 {"foldername": "string", "description": "text", "createdby": "owner", "sequence": "integer"}, folders),
        ListFace(23, "CompanyDetails", "Company Details", "Company Details",
                 {"organizationname": "string", "address": "text", "city": "string", "state": "string", "code": "string",
                  "country": "string", "phone": "phone", "website": "url", "vatid": "string"}, own_company),
        ListFace(34, "Tax", "Tax", "Tax",
                 {"taxname": "string", "taxlabel": "string", "percentage": "double", "deleted": "integer"}, taxes,
                 "catalog.tax"),
    ]  # fmt: skip


def people() -> list[dict[str, str]]:
    """Everybody who works here, as colleagues see them; whether somebody is an admin is told to admins and themselves."""
    me = acting_user()
    found = []
    for user in User.objects.order_by("pk"):
        if not user.is_active and not me.is_admin:
            continue
        near = me.is_admin or user.pk == me.id
        found.append({
            "": str(told_user(user.pk)), "user_name": user.username, "first_name": user.first_name,
            "last_name": user.last_name or user.first_name, "email1": user.email,
            "is_admin": ("on" if user.is_admin else "off") if near else "",
            "status": "Active" if user.is_active else "Inactive",
            "roleid": f"H{user.role_id}" if near else "", "title": user.title, "department": user.department,
            "phone_work": user.phone, "time_zone": user.zone, "currency_id": f"{CURRENCY}x1",
            "language": "en_us" if user.language == "en" else "id_id",
            "createdtime": moment(user.created_at) if near else "", "modifiedtime": moment(user.changed_at) if near else "",
        })  # fmt: skip
    return found


def groups() -> list[dict[str, str]]:
    found = sorted(directory().groups.values(), key=lambda group: group.pk)
    return [
        {"": str(one.pk), "groupname": one.name, "description": getattr(one, "description", "") or ""}
        for one in found
    ]


def currencies() -> list[dict[str, str]]:
    """The company's own, and those an Indonesian company meets most; documents take all others too."""
    own = company().currency
    codes = [own, *(code for code in USUAL if code != own)]
    names = Locale("en").currencies
    return [
        {"": str(number_of(code)), "currency_name": names.get(code, code), "currency_code": code,
         "currency_symbol": sign_of(code), "conversion_rate": "1.00000" if code == own else "", "currency_status": "Active",
         "defaultid": "-11" if code == own else "0", "deleted": "0"}
        for code in codes
    ]  # fmt: skip


def folders() -> list[dict[str, str]]:
    return [{"": "1", "foldername": "Default", "description": "", "createdby": "", "sequence": "1"}]


def own_company() -> list[dict[str, str]]:
    details = CompanyDetails._base_manager.filter(trashed_at=None).first()
    address = (details.address if details is not None else None) or {}
    return [{
        "": "1", "organizationname": (details.legal_name if details is not None else "") or company().name,
        "address": address.get("street", ""), "city": address.get("city", ""), "state": address.get("province", ""),
        "code": address.get("postal_code", ""), "country": address.get("country", ""),
        "phone": (details.phone if details is not None else "") or "",
        "website": (details.website if details is not None else "") or "",
        "vatid": (details.npwp if details is not None else "") or "",
    }]  # fmt: skip


def taxes() -> list[dict[str, str]]:
    """Programs name them tax1, tax2 … in the order of our list, and so do the lines of documents."""
    rates = rates_now()
    return [
        {"": str(tax.pk), "taxname": f"tax{n}", "taxlabel": tax.name,
         "percentage": f"{rates[tax.code]:.3f}" if tax.code in rates else "", "deleted": "0" if tax.active else "1"}
        for n, tax in enumerate(all_taxes(), 1)
    ]  # fmt: skip
