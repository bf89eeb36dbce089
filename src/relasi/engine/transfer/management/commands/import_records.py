"""`import_records FILE --module contacts`: an import from the command line; the last line printed is JSON."""

from __future__ import annotations

import json
import sys
import time
from argparse import ArgumentParser
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.core.files import File
from django.core.files.storage import default_storage
from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from relasi.engine.access.company import company
from relasi.engine.declare.module import Module
from relasi.engine.declare.registry import UnknownModule, registry
from relasi.engine.fields.reader import Reader
from relasi.engine.records.at_work import at_work
from relasi.engine.records.long_job import Status, reasons_of
from relasi.engine.transfer.bad_file import BadFile
from relasi.engine.transfer.fault_file import Fault, fault_lines
from relasi.engine.transfer.import_ import ImportJob, as_text
from relasi.engine.transfer.importer import Importer, Tally
from relasi.engine.transfer.known_source import recognised, source_label
from relasi.engine.transfer.mapping import EXTRA, LEFT_OUT
from relasi.engine.transfer.open_file import open_file
from relasi.engine.transfer.plan import BadPlan, Duplicates, Plan, columns_as_json
from relasi.engine.transfer.proposing import propose
from relasi.engine.transfer.read_ahead import batches
from relasi.engine.transfer.run import Rehearsal, may_import, rehearse, run
from relasi.engine.transfer.table import Table
from relasi.users.user import Status as UserStatus
from relasi.users.user import Type, User

REPORTED = ("rows", "created", "updated", "skipped", "failed")


class Refused(Exception):
    """The command cannot be carried out; the message is for the person who typed it."""


class Command(BaseCommand):
    help = "Brings records from a CSV, Excel, OpenDocument or vCard file into a module."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--module", required=True, help="contacts, accounts, leads, deals")
        parser.add_argument("--dry-run", action="store_true", help="say what would happen and write nothing")
        parser.add_argument("--user", default="", help="user name; the first active admin otherwise")
        parser.add_argument(
            "--duplicates", choices=[str(one) for one in Duplicates], default=Duplicates.SKIP.value
        )
        parser.add_argument("--match", default="", help="what duplicates are found by: email,mobile")
        parser.add_argument(
            "--set", action="append", metavar="FIELD=VALUE", help="the same for all rows: lead_source=website"
        )
        parser.add_argument("--no-accounts", action="store_true", help="make no records that rows refer to")
        parser.add_argument("--language", choices=["id", "en"], help="of numbers, dates and messages")
        parser.add_argument("--sheet", default="", help="of a workbook; the first one otherwise")
        parser.add_argument("--errors", type=Path, help="where to write the rows that were not taken")

    def handle(self, *args: Any, **options: Any) -> None:
        begun = time.monotonic()
        try:
            result = self._import(options)
        except (Refused, BadFile, BadPlan) as trouble:
            self.stderr.write(str(trouble))
            result = dict.fromkeys(REPORTED, 0) | {"change_set": None, "error": str(trouble)}
        result["seconds"] = round(time.monotonic() - begun, 2)
        self.stdout.write(
            json.dumps({name: result[name] for name in [*REPORTED, "seconds", "change_set"]} | result)
        )
        if "error" in result:
            sys.exit(1)

    def _import(self, options: dict[str, Any]) -> dict[str, Any]:
        user = _user(options["user"])
        reader = _reader(user, options["language"])
        path: Path = options["file"]
        with at_work(user, reader, via="import", reason=path.name):
            try:
                module = registry.by_slug(options["module"])
            except UnknownModule:
                raise Refused(_("There is no module “%(name)s”.") % {"name": options["module"]}) from None
            if not may_import(user, module):
                raise Refused(_("You may not import into this module."))
            if not path.is_file():
                raise Refused(_("There is no file %(path)s.") % {"path": path})
            table = open_file(path, module, sheet=options["sheet"])
            matches = [name.strip() for name in options["match"].split(",") if name.strip()]
            plan = Plan(module, propose(table, module, user, reader), reader, options["duplicates"], matches,
                        not options["no_accounts"], _source(table, module), _constants(options["set"]))  # fmt: skip
            plan.check(user)
            self._say_columns(plan, user, table)
        if options["dry_run"]:
            return self._rehearse(user, plan, table, path, options["errors"])
        return self._run(user, plan, table, path, options)

    def _say_columns(self, plan: Plan, user: Any, table: Table) -> None:
        program = source_label(plan.source)
        told = [repr(shape).strip("'") for shape in table.shape.values()] + ([program] if program else [])
        self.stderr.write(" · ".join(told))
        targets = plan.targets(user)
        for column in plan.columns:
            if column.to == LEFT_OUT:
                meaning = _("left out")
            elif column.to == EXTRA:
                meaning = column.doubt or _("kept beside the record under its own heading")
            else:
                meaning = targets[column.to].label + (f" × {column.factor}" if column.factor != "1" else "")
            self.stderr.write(f"  {column.heading} → {meaning}")
        matches = plan.chosen_matches(user)
        if not matches and plan.duplicates != Duplicates.CREATE:
            self.stderr.write(_("Nothing in the file tells duplicates, so every row becomes a new record."))

    def _rehearse(
        self, user: Any, plan: Plan, table: Table, path: Path, errors: Path | None
    ) -> dict[str, Any]:
        found, begun = Rehearsal(), time.monotonic()
        faults: list[Fault] = []
        with at_work(user, plan.reader, via="import", reason=path.name):
            importer = Importer(plan, rehearsal=True)
            for rows in batches(table, importer.reader, bytes=path.stat().st_size):
                tally = rehearse(importer, rows)
                found.add(tally)
                faults += _faults_of(tally)
                self._progress(dict(found.counts), table.read, begun)
            result = _reported(dict(found.counts)) | {"change_set": None, "dry_run": True}
            if faults:
                result["errors_file"] = str(_write_faults(plan, table.headings, faults, errors, path))
        return result

    def _run(
        self, user: Any, plan: Plan, table: Table, path: Path, options: dict[str, Any]
    ) -> dict[str, Any]:
        job = _job_for(user, plan, table, path, options["sheet"])
        begun = time.monotonic()
        run(job, lambda counts, read: self._progress(counts, read, begun))
        result = _reported(job.counts) | {"change_set": job.change_set, "import": job.pk}
        faults = job.faults.order_by("row").values_list("cells", "reasons")
        if job.status != Status.DONE:
            result["error"] = job.trouble or str(job.status)
        if faults.exists():
            with at_work(user, plan.reader, via="import", reason=path.name):
                result["errors_file"] = str(
                    _write_faults(plan, table.headings, faults.iterator(2000), options["errors"], path)
                )
        return result

    def _progress(self, counts: dict[str, int], read: float, begun: float) -> None:
        taken = max(time.monotonic() - begun, 0.001)
        speed = round(counts["rows"] / taken)
        line = _("%(rows)s rows · %(speed)s rows/s · %(percent)s%%") % {
            "rows": counts["rows"], "speed": speed, "percent": round(read * 100),
        }  # fmt: skip
        self.stderr.write(line, ending="\r" if sys.stderr.isatty() else "\n")


def _user(name: str) -> User:
    active = User.objects.filter(status=UserStatus.ACTIVE)
    if name:
        found = active.filter(username__iexact=name).first()
        if found is None:
            raise Refused(_("There is no active user “%(name)s”.") % {"name": name})
        return found
    found = active.filter(type=Type.ADMIN).order_by("pk").first()
    if found is None:
        raise Refused(_("There is no admin yet. Start Relasi and create the first one in the browser."))
    return found


def _reader(user: User, language: str | None) -> Reader:
    decimal = user.number_style if not language else "," if language == "id" else "."
    group = "." if decimal == "," else ","
    return Reader(language or user.language, user.zone, decimal, group, currency=company().currency)


def _constants(pairs: list[str] | None) -> dict[str, str]:
    return {name.strip(): text.strip() for name, _is, text in (pair.partition("=") for pair in pairs or ())}


def _source(table: Table, module: Module) -> str:
    found = recognised(table.headings, module)
    return found.key if found else ""


def _reported(counts: dict[str, int]) -> dict[str, Any]:
    return dict(counts)


def _job_for(user: User, plan: Plan, table: Table, path: Path, sheet: str) -> ImportJob:
    job = ImportJob(
        user=user, module=plan.module.key, slug=plan.module.slug, name=path.name, size=path.stat().st_size,
        sheet=sheet, shape=table.shape, language=plan.reader.language, decimal=plan.reader.decimal,
        day_first=plan.reader.day_first, columns=columns_as_json(plan.columns), duplicates=plan.duplicates,
        matches=plan.matches, make_missing=plan.make_missing, source=plan.source,
        constants=plan.constants, status=Status.READY.value,
    )  # fmt: skip
    with path.open("rb") as handle:
        job.keep(File(handle))
    ImportJob.objects.bulk_create([job])
    return job


def _faults_of(tally: Tally) -> Iterable[Fault]:
    return [([as_text(cell) for cell in row.cells], reasons_of(refusals)) for row, refusals in tally.faults]


def _write_faults(
    plan: Plan, headings: list[str], faults: Iterable[Fault], wanted: Path | None, path: Path
) -> Path:
    where = wanted or Path(
        default_storage.path(f"imports/{time.strftime('%Y%m%d-%H%M%S')}-{path.stem}-error.csv")
    )
    where.parent.mkdir(parents=True, exist_ok=True)
    with where.open("w", encoding="utf-8", newline="") as out:
        out.writelines(fault_lines(headings, faults, plan.module, plan.reader))
    return where
