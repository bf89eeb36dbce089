"""`make_token --user NAME`: a token for the API from the command line; it stands alone on the last line printed."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from datetime import datetime, timedelta
from typing import Any

from django.core.management.base import BaseCommand
from django.db.models import Q
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from relasi.engine.access.acting import SYSTEM, acting
from relasi.engine.api.token import make_token, read_scopes
from relasi.engine.records.refusal import Refusal, Refused
from relasi.users.user import User


class Command(BaseCommand):
    help = "Makes a token with which a program speaks to the API as one person."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--user", required=True, help="user name or email address")
        parser.add_argument(
            "--scopes", default="write", help="read, write, contacts:read,deals:write (write)"
        )
        parser.add_argument(
            "--expires", default="", help="a day (2027-01-31) or days from now (90); never otherwise"
        )
        parser.add_argument("--name", default="", help="what it is called in the list of tokens")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with acting(SYSTEM, via="system", reason="relasi token"):
                user = user_named(options["user"])
                scopes, ends = read_scopes(options["scopes"]), _end(options["expires"])
                token = make_token(user, options["name"] or _("Command line"), scopes, ends)
        except Refused as refused:
            for refusal in refused.refusals:
                self.stderr.write(str(refusal.message))
            sys.exit(1)
        self.stdout.write(token)


def user_named(name: str) -> User:
    """Who works here under this user name or e-mail address. Raises Refused."""
    found = User._base_manager.filter(Q(username__iexact=name) | Q(email__iexact=name)).first()
    if found is None or not found.is_active:
        sentence = _("Nobody who works here has the user name “%(name)s”.") % {"name": name}
        raise Refused([Refusal("user", "BAD_REFERENCE", sentence)])
    return found


def _end(text: str) -> datetime | None:
    """The end of the day named, or the moment so many days from now."""
    if not text:
        return None
    if text.isascii() and text.isdigit() and 0 < int(text) < 36_500:
        return timezone.now() + timedelta(days=int(text))
    try:
        day = parse_date(text)
    except ValueError:
        day = None
    if day is None:
        sentence = _("“%(value)s” is not a date. Example: 17/08/2026.") % {"value": text[:40]}
        raise Refused([Refusal("expires", "INVALID_VALUE", sentence)])
    return timezone.make_aware(datetime.combine(day + timedelta(days=1), datetime.min.time()))
