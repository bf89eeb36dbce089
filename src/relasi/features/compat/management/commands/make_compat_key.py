"""`make_compat_key --user NAME`: opens the compatibility API and prints a key for one person, alone on the last line."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction
from django.utils.translation import gettext as _

from relasi.engine.access.acting import SYSTEM, acting
from relasi.engine.records.refusal import Refusal, Refused
from relasi.features.compat.access_key import make_key
from relasi.features.compat.switch import is_on, turn
from relasi.features.sign_in.attempt import find_user
from relasi.users.user import User


class Command(BaseCommand):
    help = "Opens the compatibility API and makes an access key with which a program works as one person."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--user", required=True, help="user name or email address")
        parser.add_argument("--name", default="", help="what it is called in the list of keys")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with acting(SYSTEM, via="system", reason="relasi compat"), transaction.atomic():
                key = make_key(_user(options["user"]), options["name"] or _("Command line"))
                if not is_on():
                    turn(True)
        except Refused as refused:
            for refusal in refused.refusals:
                self.stderr.write(str(refusal.message))
            sys.exit(1)
        self.stdout.write(key)


def _user(name: str) -> User:
    found = find_user(name)
    if found is None or not found.is_active:
        sentence = _("Nobody who works here has the user name “%(name)s”.") % {"name": name}
        raise Refused([Refusal("user", "BAD_REFERENCE", sentence)])
    return found
