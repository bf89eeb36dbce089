"""What an admin adds in one process is there in another with its next question, and the database is indexed beside."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.db import connection

from relasi.engine.access.acting import acting
from relasi.engine.access.directory import directory
from relasi.engine.customize.indexing import follow_index
from relasi.engine.records.write import trash, update
from tests.commits import real_commits
from tests.engine.aviary import again, build, parrot
from tests.engine.customize.adding import add_field
from tests.fakes.models import Parrot

# Answers each line it is sent with the custom fields of parrots it knows, as the next request would find them.
_OTHER = """
import sys, django
django.setup()
from relasi.engine.access.directory import directory
from relasi.engine.declare.registry import registry
for _line in sys.stdin:
    directory()
    parrots = registry.module("fakes.parrot")
    print(",".join(name for name in parrots.fields if name.startswith("x_")) or "-", flush=True)
"""


@contextmanager
def other_process() -> Iterator[subprocess.Popen[str]]:
    parts = urlsplit(os.environ["DATABASE_URL"])
    url = urlunsplit(parts._replace(path="/" + connection.settings_dict["NAME"]))
    found = subprocess.Popen(
        [sys.executable, "-c", _OTHER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        env={**os.environ, "DATABASE_URL": url, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )  # fmt: skip
    try:
        yield found
    finally:
        found.kill()
        found.wait()


def told_by(process: subprocess.Popen[str]) -> str:
    assert process.stdin is not None and process.stdout is not None
    process.stdin.write("\n")
    process.stdin.flush()
    return process.stdout.readline().strip()


@pytest.fixture
def committed(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), real_commits():
        yield build()


def test_a_process_that_runs_already_sees_a_field_come_and_go(committed):
    with other_process() as other:
        assert told_by(other) == "-"
        field = add_field(committed, "text", name="Cincin")
        assert told_by(other) == field.key
        with acting(committed.admin):
            trash(type(field), [field.pk])
        assert told_by(other) == "-"


@pytest.mark.parametrize("kind", ["text", "integer", "money", "choice", "boolean"])
def test_an_index_comes_and_goes_with_the_mark_and_serves_the_filter(committed, kind):
    field = add_field(committed, kind, indexed=True, values="Merah\nBiru" if kind == "choice" else "")
    typed = {"text": "a", "choice": "Merah", "boolean": "1"}.get(kind, "5")
    for _n in range(3):
        parrot(committed.keeper, **{field.key: typed})
    follow_index(field)
    follow_index(field)
    assert _index_of(field)
    stored = getattr(Parrot._base_manager.first(), field.key)
    match = f"{field.key}__iexact" if kind == "text" else field.key
    rows = Parrot._base_manager.filter(trashed_at=None, **{match: stored})
    with connection.cursor() as cursor:
        cursor.execute("SET enable_seqscan = off")
        plan = rows.explain()
        cursor.execute("RESET enable_seqscan")
    assert f"custom_field_{field.pk}" in plan, plan
    with acting(committed.admin):
        update(field, {"indexed": False})
    directory()
    follow_index(again(field))
    assert not _index_of(field)


def _index_of(field):
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s)", [f"custom_field_{field.pk}"])
        return cursor.fetchone()[0]
