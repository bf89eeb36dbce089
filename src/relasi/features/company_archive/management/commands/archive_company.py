"""`archive_company FILE`: the whole company as one zip that opens without any server."""

from __future__ import annotations

import sys
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import translation
from django.utils.translation import gettext as _

from relasi.features.company_archive.making import beside_its_place, make_archive
from relasi.users.user import Status, Type, User


class Command(BaseCommand):
    help = "Writes the whole company into one zip: tables, history, files, and a page that opens without a server."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--user", default="", help="the admin it is made for; the first active one otherwise"
        )
        parser.add_argument(
            "--language", choices=["id", "en"], help="of the page; that of the admin otherwise"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        user = _admin(options["user"])
        if user is None:
            self._stop(_("There is no active admin “%(name)s”.") % {"name": options["user"] or "–"})
            return
        language = options["language"] or user.language
        file: Path = options["file"].expanduser().resolve()
        begun = time.monotonic()
        try:
            with translation.override(language), beside_its_place(file) as place:
                about = make_archive(str(place), user, language, self._told)
        except OSError as trouble:
            values = {"file": file, "reason": trouble.strerror or trouble}
            self._stop(_("The archive %(file)s cannot be written: %(reason)s.") % values)
            return
        values = {
            "file": file, "size": round(file.stat().st_size / 1e6, 1), "rows": about["rows"],
            "seconds": round(time.monotonic() - begun),
        }  # fmt: skip
        with translation.override(language):
            self.stdout.write(_("Saved: %(file)s (%(size)s MB, %(rows)s rows, %(seconds)s s)") % values)

    def _told(self, rows: int) -> None:
        if sys.stderr.isatty():
            self.stderr.write(f"  {rows}", ending="\r")

    def _stop(self, sentence: str) -> None:
        self.stderr.write(sentence)
        sys.exit(1)


def _admin(name: str) -> User | None:
    admins = User.objects.filter(status=Status.ACTIVE, type=Type.ADMIN)
    return (admins.filter(username__iexact=name) if name else admins.order_by("pk")).first()
