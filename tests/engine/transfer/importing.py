"""Imports for tests: files written on the spot, and the command that takes them in."""

from __future__ import annotations

import contextlib
import io
import json
from pathlib import Path
from typing import Any

from django.core.files import File
from django.core.management import call_command

from relasi.engine.fields.reader import INDONESIAN, Reader
from relasi.engine.records.long_job import Status
from relasi.engine.transfer.import_ import ImportJob
from relasi.engine.transfer.open_file import open_file
from relasi.engine.transfer.plan import columns_as_json
from relasi.engine.transfer.proposing import propose

FILES = Path(__file__).parent / "files"
CARDS = Path(__file__).parents[2] / "kits" / "parties" / "cards"

ROWS = 600

COUNTED = ("rows", "created", "updated", "skipped", "failed")


def write(folder: Path, *lines: str, name: str = "berkas.csv") -> Path:
    file = folder / name
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


def command(file: Path, module: str, **options: Any) -> dict[str, Any]:
    """The JSON of the last line that the command prints. An error of the command comes as "error"."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.suppress(SystemExit):
        call_command("import_records", str(file), module=module, stdout=out, stderr=err, **options)
    result = json.loads(out.getvalue().strip().splitlines()[-1])
    assert result["rows"] == result["created"] + result["updated"] + result["skipped"] + result["failed"]
    return result


def counts(result: dict[str, Any]) -> tuple[int, ...]:
    """rows, created, updated, skipped, failed."""
    return tuple(result[name] for name in COUNTED)


def errors(result: dict[str, Any]) -> list[str]:
    """The lines of the file of failed rows, headings first."""
    return Path(result["errors_file"]).read_text(encoding="utf-8-sig").splitlines()


def job_for(user: Any, module: Any, file: Path, *, reader: Reader = INDONESIAN, **values: Any) -> ImportJob:
    """A job that is ready to run. The caller acts as the user."""
    table = open_file(file, module)
    job = ImportJob(
        user=user, module=module.key, slug=module.slug, name=file.name, size=file.stat().st_size,
        shape=table.shape, language=reader.language, decimal=reader.decimal, day_first=reader.day_first,
        columns=columns_as_json(propose(table, module, user, reader)), status=Status.READY.value, **values,
    )  # fmt: skip
    with file.open("rb") as handle:
        job.keep(File(handle))
    ImportJob.objects.bulk_create([job])
    return job


def birds(folder: Path) -> Path:
    """One in sixty has no name, one in fifty comes twice."""
    rows = [f"{'' if n % 60 == 7 else f'Burung {n}'};b{n - (n % 50 == 9)}@x.id" for n in range(ROWS)]
    return write(folder, "Name;Email", *rows)
