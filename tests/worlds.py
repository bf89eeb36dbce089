"""Worlds: what a whole file of tests stands on, built in one transaction that is never committed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from django.db import transaction

from relasi.engine.records.change_set import close_change_set

World = TypeVar("World")


class _Back(Exception):
    """Leaves an atomic block without keeping what was written in it."""


@contextmanager
def kept_for_a_file(blocker: Any, build: Callable[[], World]) -> Iterator[World]:
    """Built once; gone when the file's tests have run. Its tests use the fixture `db`, each in a savepoint."""
    with blocker.unblock():
        try:
            with transaction.atomic():
                built = build()
                close_change_set()
                yield built
                raise _Back
        except _Back:
            pass
