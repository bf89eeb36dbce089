"""Waiting until the product answers nobody any more."""

import time

from django.db import connection

LOOKS = 4  # in a row: a request between two of its questions looks done
PATIENCE = 20  # seconds


def wait_until_quiet() -> None:
    deadline = time.monotonic() + PATIENCE
    quiet = 0
    while quiet < LOOKS and time.monotonic() < deadline:
        quiet = 0 if _being_answered() else quiet + 1
        time.sleep(0.05)


def _being_answered() -> bool:
    """Whether another connection to this database is in the middle of a question or a transaction."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database()"
            " AND pid <> pg_backend_pid() AND backend_type = 'client backend' AND state <> 'idle')"
        )
        return bool(cursor.fetchone()[0])
