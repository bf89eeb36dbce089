"""Staff: who works at PT Surya Cakra Energi, the role tree, what each profile may do, and what is shared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from relasi.engine.access.group import Group
from relasi.engine.access.profile import Profile
from relasi.engine.access.role import Role
from relasi.engine.access.sharing_rule import ModuleSharing, SharingRule
from relasi.engine.records.write import create, update
from relasi.users.company import Company
from relasi.users.user import Status, Type, User

COMPANY = "PT Surya Cakra Energi"
DOMAIN = "suryacakra.example"
TOP = "Direktur Utama"

# Role, the role above it, its profile.
ROLES = [
    ("Administrator Sistem", TOP, "Administrator"),
    ("Manajer Penjualan Jakarta", TOP, "Manajer Penjualan"),
    ("Supervisor Jakarta", "Manajer Penjualan Jakarta", "Manajer Penjualan"),
    ("Sales Jakarta", "Supervisor Jakarta", "Penjualan"),
    ("Manajer Penjualan Surabaya", TOP, "Manajer Penjualan"),
    ("Supervisor Surabaya", "Manajer Penjualan Surabaya", "Manajer Penjualan"),
    ("Sales Surabaya", "Supervisor Surabaya", "Penjualan"),
    ("Manajer Pemasaran", TOP, "Pemasaran"),
    ("Pemasaran", "Manajer Pemasaran", "Pemasaran"),
    ("Manajer Keuangan", TOP, "Keuangan"),
    ("Staf Keuangan", "Manajer Keuangan", "Keuangan"),
    ("Manajer Dukungan", TOP, "Dukungan"),
    ("Dukungan Teknis", "Manajer Dukungan", "Dukungan"),
]

# Username, first name, last name, role.
PEOPLE = [
    ("admin", "Rizky", "Ramadhan", "Administrator Sistem"),
    ("hendra", "Hendra", "Wijaya", TOP),
    ("maya", "Maya", "Kusuma", "Manajer Penjualan Jakarta"),
    ("dewi", "Dewi", "Puspitasari", "Supervisor Jakarta"),
    ("ayu", "Ayu", "Lestari", "Sales Jakarta"),
    ("bagus", "Bagus", "Pratama", "Sales Jakarta"),
    ("citra", "Citra", "Anggraini", "Sales Jakarta"),
    ("dimas", "Dimas", "Saputra", "Sales Jakarta"),
    ("agus", "Agus", "Setiawan", "Manajer Penjualan Surabaya"),
    ("rudi", "Rudi", "Hartono", "Supervisor Surabaya"),
    ("eka", "Eka", "Wulandari", "Sales Surabaya"),
    ("fajar", "Fajar", "Nugroho", "Sales Surabaya"),
    ("gita", "Gita", "Permata", "Sales Surabaya"),
    ("slamet", "Slamet", "Riyadi", "Sales Surabaya"),
    ("indah", "Indah", "Puspita", "Manajer Pemasaran"),
    ("joko", "Joko", "Purnomo", "Pemasaran"),
    ("kartika", "Kartika", "Sari", "Pemasaran"),
    ("lukman", "Lukman", "Hakim", "Manajer Keuangan"),
    ("melati", "Melati", "", "Staf Keuangan"),
    ("nanda", "Nanda", "Prasetyo", "Manajer Dukungan"),
    ("oki", "Oki", "Firmansyah", "Dukungan Teknis"),
]
SELLERS = {"jakarta": ["ayu", "bagus", "citra", "dimas"], "surabaya": ["eka", "fajar", "gita", "slamet"]}
MARKETERS = ["joko", "kartika"]
# Left the company; what is theirs stays with them until somebody hands it over.
LEFT = "slamet"

EVERYTHING = ["view", "create", "edit", "delete"]
PROFILES = [
    {
        "name": "Manajer Penjualan",
        "description": "Seperti Penjualan, ditambah membuka kembali peluang dan menerbitkan tampilan.",
        "modules": {"*": EVERYTHING},
        "tools": ["import", "export", "merge", "mass_edit", "convert", "restore", "reopen", "skip_mql",
                  "publish_views"],
    },
    {
        "name": "Pemasaran",
        "description": "Mengelola prospek dan kontak; peluang hanya dilihat.",
        "modules": {
            "*": ["view"], "customers.lead": EVERYTHING, "customers.contact": ["view", "create", "edit"],
            "agenda.task": EVERYTHING, "agenda.event": EVERYTHING,
        },
        "fields": {"customers.account": {"credit_limit": "hidden"}},
        "tools": ["import", "export", "mass_edit"],
    },
]  # fmt: skip

TENDER = "Tim Tender Pemerintah"


@dataclass
class Staff:
    """users: by username. groups: id by name."""

    users: dict[str, User]
    groups: dict[str, int]


def hire(password: str, top_role: Role) -> Staff:
    """Makes company, roles, people, groups and sharing rules. top_role: the root every workspace begins with."""
    create(Company, {"name": COMPANY}, authorised="demo")
    for profile in PROFILES:
        create(Profile, profile)
    profiles = dict(Profile._base_manager.values_list("name", "pk"))
    update(top_role, {"name": TOP})
    roles = {TOP: top_role.pk}
    for name, above, profile in ROLES:
        values = {"name": name, "parent": roles[above], "profiles": [profiles[profile]]}
        roles[name] = create(Role, values).pk
    users = {username: _hire_one(password, roles, username, *rest) for username, *rest in PEOPLE}
    groups = _form_groups(users, roles)
    _share(roles, groups)
    return Staff(users, groups)


def _hire_one(password: str, roles: dict[str, int], username: str, first: str, last: str, role: str) -> User:
    values = {
        "username": username, "first_name": first, "last_name": last, "email": f"{username}@{DOMAIN}",
        "role": roles[role], "title": role,
        "type": (Type.ADMIN if username == "admin" else Type.STANDARD).value, "status": Status.ACTIVE.value,
    }  # fmt: skip
    user = create(User, values, authorised="demo")
    user.set_password(password)
    user.save()
    return user


def part_ways(staff: Staff) -> User:
    return update(staff.users[LEFT], {"status": Status.SUSPENDED.value}, authorised="demo")


def _form_groups(users: dict[str, User], roles: dict[str, int]) -> dict[str, int]:
    def people(*usernames: str) -> list[dict[str, Any]]:
        return [{"kind": "user", "id": users[username].pk} for username in usernames]

    def tree(role: str) -> list[dict[str, Any]]:
        return [{"kind": "role_tree", "id": roles[role]}]

    rows = [
        ("Tim Jakarta", tree("Manajer Penjualan Jakarta"), "maya", False),
        ("Tim Surabaya", tree("Manajer Penjualan Surabaya"), "agus", False),
        (TENDER, people("maya", "bagus", "fajar"), "maya", True),
    ]
    found = {}
    for name, members, manager, owns in rows:
        values = {"name": name, "members": members, "manager": users[manager].pk, "assignable": owns}
        found[name] = create(Group, values).pk
    return found


def _share(roles: dict[str, int], groups: dict[str, int]) -> None:
    for module in ("customers.account", "purchasing.vendor"):
        create(ModuleSharing, {"module": module, "mode": "public_read"})
    finance, support = ("role_tree", roles["Manajer Keuangan"]), ("role_tree", roles["Manajer Dukungan"])
    marketing = ("role_tree", roles["Manajer Pemasaran"])
    teams = [("group", groups["Tim Jakarta"]), ("group", groups["Tim Surabaya"])]
    rules = [("sales.deal", team, finance, "read") for team in teams]
    papers = ("sales.quote", "sales.salesorder", "billing.invoice", "billing.creditnote", "billing.payment",
              "billing.recurringinvoice", "subscribing.subscription", "subscribing.transaction")  # fmt: skip
    rules += [
        (paper, team, finance, "read" if paper.startswith("sales.") else "write")
        for paper in papers
        for team in teams
    ]
    buying = ("vendor", "purchaseorder", "receiptnote", "purchasereturn", "bill", "vendorpayment")
    rules += [(f"purchasing.{name}", finance, finance, "write") for name in buying]
    rules += [("customers.contact", team, support, "read") for team in teams]
    rules += [("customers.lead", marketing, team, "write") for team in teams]
    for module, source, target, level in rules:
        values = {"module": module, "source_kind": source[0], "source_id": source[1]}
        create(SharingRule, {**values, "target_kind": target[0], "target_id": target[1], "level": level})
