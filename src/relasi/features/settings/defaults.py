"""What every workspace starts with: the top of the role tree and the standard profiles."""

from __future__ import annotations

from django.db import connection, transaction
from django.utils.translation import gettext_noop

from relasi.engine.access.acting import SYSTEM, acting
from relasi.engine.access.profile import ALL, VERBS, Profile
from relasi.engine.access.role import Role
from relasi.engine.records.write import create

TOP_ROLE = "Direktur"

# Key, name, description, verbs in every module, tools. The names are the company's to change, so they are stored in
# the language of the country; the engine knows no module, so a profile speaks of all of them.
PROFILES = [
    ("administrator", "Administrator", "Semua modul, semua data, semua alat.", VERBS, [ALL]),
    (
        "sales", "Penjualan", "Membuat dan mengubah data; menghapus milik sendiri.", VERBS,
        ["import", "export", "merge", "mass_edit", "convert", "restore"],
    ),
    (
        "support", "Dukungan", "Membuat dan mengubah data, tanpa menghapus.", ("view", "create", "edit"),
        ["export", "merge", "reopen"],
    ),
    ("warehouse", "Gudang", "Membuat dan mengubah data, tanpa menghapus.", ("view", "create", "edit"), ["export"]),
    (
        "finance", "Keuangan", "Melihat, membuat dan mengubah; boleh mengekspor dan mengimpor.",
        ("view", "create", "edit"), ["import", "export", "reopen"],
    ),
    ("guest", "Tamu", "Hanya melihat.", ("view",), []),
]  # fmt: skip


def ensure_defaults() -> None:
    """Makes what is missing; changes nothing that is there. Safe to run at every start, by several at once."""
    with transaction.atomic(), acting(SYSTEM, via="system", reason=gettext_noop("Defaults")):
        _wait_for_others()
        known = set(Profile._base_manager.exclude(system="").values_list("system", flat=True))
        for key, name, description, verbs, tools in PROFILES:
            if key not in known:
                _create_profile(key, name, description, list(verbs), tools)
        if not Role._base_manager.filter(parent=None, trashed_at=None).exists():
            administrator = Profile._base_manager.get(system="administrator")
            create(Role, {"name": TOP_ROLE, "profiles": [administrator.pk]})


def _wait_for_others() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('relasi.defaults'))")


def _create_profile(key: str, name: str, description: str, verbs: list[str], tools: list[str]) -> None:
    whole = key == "administrator"
    taken = Profile._base_manager.filter(name__iexact=name, trashed_at=None).exists()
    values = {
        "system": key,
        "name": f"{name} (bawaan)" if taken else name,
        "description": description,
        "modules": {ALL: verbs},
        "tools": tools,
        "view_all": whole,
        "edit_all": whole,
    }
    create(Profile, values, authorised="defaults")


def top_role() -> Role:
    """The root of the tree. ensure_defaults made it."""
    return Role._base_manager.get(parent=None, trashed_at=None)
