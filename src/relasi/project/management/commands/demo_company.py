"""demo_company: fills an empty database with PT Surya Cakra Energi and prints its people with their password."""

from __future__ import annotations

import secrets
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import translation
from django.utils.translation import gettext as _

from relasi.project.demo.company import make_company
from relasi.project.demo.staff import LEFT, Staff
from relasi.project.language import language
from relasi.users.user import User

WORDS = [
    "angin",
    "bulan",
    "danau",
    "gunung",
    "hujan",
    "kawung",
    "langit",
    "mawar",
    "ombak",
    "padi",
    "sawah",
    "surya",
    "teluk",
    "tebu",
]


class Command(BaseCommand):
    help = "Fills an empty database with a demo company."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--password", help="of every user; default: a new one")

    def handle(self, *args: Any, **options: Any) -> None:
        if User._base_manager.exists():
            raise CommandError(
                _("There are people in this database already: the demo company was not loaded.")
            )
        password = options["password"] or new_password()
        staff = make_company(password)
        with translation.override(language()):  # of the terminal, as all that the launcher says
            self.stdout.write(table(staff, password))


def new_password() -> str:
    """Easy to type, made anew for each database."""
    return f"{secrets.choice(WORDS)}-{secrets.choice(WORDS)}-{secrets.randbelow(9000) + 1000}"


def table(staff: Staff, password: str) -> str:
    rows = [(_("Username"), _("Password"), _("Name"), _("Role"))]
    rows += [
        (username, password, user.full_name, user.role.name)
        for username, user in staff.users.items()
        if username != LEFT
    ]
    widths = [max(len(str(row[place])) for row in rows) for place in range(3)]
    lines = [
        "  ".join([*(str(cell).ljust(w) for cell, w in zip(row, widths, strict=False)), row[3]])
        for row in rows
    ]
    lines.insert(1, "  ".join("─" * width for width in [*widths, max(len(row[3]) for row in rows)]))
    return "\n".join(lines)
