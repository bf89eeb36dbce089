"""Import against COPY: rows a second from a file of contacts to the last index, and the bare COPY of what it wrote.

On a machine that does other work as well the seconds of the processor say more than those of the clock.
"""

from __future__ import annotations

import io
import json
import os
import resource
import tempfile
import time
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.db import connection

from benchmarks.make_contacts_file import write_contacts
from relasi.engine.transfer.import_ import ImportJob

TABLES = ("customers_contact", "records_record_index", "records_change")


def measure(count: int) -> dict[str, Any]:
    """import_rows_s, copy_rows_s: contacts a second, accounts made from the company column included.

    import_cpu_s, copy_cpu_s: seconds of the processor by what used them.
    """
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "contacts.csv"
        # Other people in each run, so that a company that is kept can be measured again.
        write_contacts(file, count, seed=1 + ImportJob._base_manager.count())
        out = io.StringIO()
        with redirect_stdout(out), _processor_time() as import_cpu:
            call_command("import_records", str(file), module="contacts", duplicates="skip", stdout=out)
        result = json.loads(out.getvalue().strip().splitlines()[-1])
        with _processor_time() as copy_cpu:
            copied = _copy_again(Path(folder), result["change_set"])
    return {
        "import_rows_s": round(result["rows"] / result["seconds"]),
        "import_cpu_s": import_cpu,
        "import_result": result,
        "copy_rows_s": round(result["created"] / copied),
        "copy_cpu_s": copy_cpu | {"seconds": round(copied, 2)},
    }


@contextmanager
def _processor_time() -> Any:
    """Filled at the end: seconds of this process, of those it started, and of its PostgreSQL backend."""
    found: dict[str, float] = {}
    before = _times()
    yield found
    found.update({name: round(value - before[name], 2) for name, value in _times().items()})


def _times() -> dict[str, float]:
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return {
        "writer": time.process_time(),
        "reader": children.ru_utime + children.ru_stime,
        "postgres": _backend_seconds(),
    }


def _backend_seconds() -> float:
    """0 where the database runs on another machine."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        stat = Path(f"/proc/{cursor.fetchone()[0]}/stat")
    if connection.settings_dict["HOST"][:1] not in ("", "/") or not stat.exists():
        return 0.0
    ticks = stat.read_text().rpartition(")")[2].split()[11:13]
    return sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")


def _copy_again(folder: Path, change_set: int) -> float:
    """Seconds that COPY takes for the same rows into the same tables with their indexes, triggers and keys off.

    The rows are taken out and their places cleaned before, so that COPY meets no remains of them.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMP TABLE chosen AS SELECT record_id FROM records_change "
            "WHERE change_set_id = %s AND origin = 'customers_contact'",
            [change_set],
        )
        cursor.execute("SET session_replication_role = replica")
        for table in TABLES:
            _take_out(cursor, table, folder / table)
        cursor.execute("VACUUM " + ", ".join(TABLES))
        cursor.execute("CHECKPOINT")
        seconds = sum(_put_in(cursor, table, folder / table) for table in TABLES)
        cursor.execute("RESET session_replication_role")
        cursor.execute("DROP TABLE chosen")
    return seconds


def _take_out(cursor: Any, table: str, file: Path) -> None:
    key = "record_id" if table == "records_change" else "id"
    chosen = f"FROM {table} WHERE {key} IN (SELECT record_id FROM chosen)"
    with file.open("wb") as out, cursor.copy(f"COPY (SELECT * {chosen}) TO STDOUT") as rows:
        for block in rows:
            out.write(block)
    cursor.execute(f"DELETE {chosen}")


def _put_in(cursor: Any, table: str, file: Path) -> float:
    start = time.perf_counter()
    with file.open("rb") as stored, cursor.copy(f"COPY {table} FROM STDIN") as rows:
        while block := stored.read(1 << 20):
            rows.write(block)
    return time.perf_counter() - start
