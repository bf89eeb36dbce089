"""Import against COPY: rows a second from a file of contacts to the last index, and the bare COPY of what it wrote."""

from __future__ import annotations

import io
import json
import tempfile
import time
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.db import connection, transaction

from benchmarks.make_contacts_file import write_contacts

TABLES = ("customers_contact", "records_record_index", "records_change")


def measure(count: int) -> dict[str, Any]:
    """import_rows_s, copy_rows_s: contacts a second, accounts made from the company column included."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "contacts.csv"
        write_contacts(file, count)
        out = io.StringIO()
        with redirect_stdout(out):
            call_command("import_records", str(file), module="contacts", duplicates="skip", stdout=out)
        result = json.loads(out.getvalue().strip().splitlines()[-1])
        copied = _copy_again(Path(folder), result["change_set"])
    return {
        "import_rows_s": round(result["rows"] / result["seconds"]),
        "import_result": result,
        "copy_rows_s": round(result["created"] / copied),
    }


def _copy_again(folder: Path, change_set: int) -> float:
    """Seconds that COPY takes for the same rows into the same tables with their indexes, triggers and keys off."""
    chosen = (
        f"SELECT record_id FROM records_change WHERE change_set_id = {int(change_set)} "
        "AND origin = 'customers_contact'"
    )
    seconds = 0.0
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMP TABLE chosen ON COMMIT DROP AS {chosen}")
        cursor.execute("SET LOCAL session_replication_role = replica")
        for table in TABLES:
            key = "record_id" if table == "records_change" else "id"
            dump = folder / table
            with (
                dump.open("wb") as file,
                cursor.copy(
                    f"COPY (SELECT * FROM {table} WHERE {key} IN (SELECT record_id FROM chosen)) TO STDOUT"
                ) as rows,
            ):
                for block in rows:
                    file.write(block)
        for table in reversed(TABLES):
            key = "record_id" if table == "records_change" else "id"
            cursor.execute(f"DELETE FROM {table} WHERE {key} IN (SELECT record_id FROM chosen)")
        for table in TABLES:
            start = time.perf_counter()
            with (folder / table).open("rb") as file, cursor.copy(f"COPY {table} FROM STDIN") as rows:
                while block := file.read(1 << 20):
                    rows.write(block)
            seconds += time.perf_counter() - start
    return seconds
