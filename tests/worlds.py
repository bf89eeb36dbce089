"""Worlds: what the tests of a file stand on, built once in a transaction that is never committed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from typing import Any, TypeVar

from django.db import connection, transaction

from relasi.engine.records.change_set import close_change_set

World = TypeVar("World")


class _Back(Exception):
    """Leaves an atomic block without keeping what was written in it."""


@contextmanager
def kept_for_a_file(blocker: Any, build: Callable[[], World]) -> Iterator[World]:
    """Built once; gone when the file's tests have run. Its tests use the fixture `db`, each in a savepoint."""
    let_go()
    with blocker.unblock():
        try:
            with transaction.atomic():
                built = build()
                close_change_set()
                yield built
                raise _Back
        except _Back:
            pass


class Shared:
    """What is built for the first test that asks and stays for those after it, until one wants other ground."""

    def __init__(self, blocker: Any, build: Callable[[], Any]):
        self._blocker = blocker
        self._block = transaction.atomic()
        with blocker.unblock():
            self._block.__enter__()
            try:
                self._built = build()
                close_change_set()
            except BaseException as trouble:
                self._block.__exit__(type(trouble), trouble, trouble.__traceback__)
                raise

    def copy(self) -> Any:
        """Records of its own for each test: one may set what it likes on them."""
        return deepcopy(self._built)

    def end(self) -> None:
        with self._blocker.unblock():
            back = _Back()
            self._block.__exit__(_Back, back, None)


_shared: list[Shared] = []  # one at most


def shared() -> Shared | None:
    return _shared[0] if _shared else None


def share(blocker: Any, build: Callable[[], Any]) -> None:
    """Builds it before a test begins, unless it stands. In a world of a file there is no room for another."""
    if not _shared and not connection.in_atomic_block:
        _shared.append(Shared(blocker, build))


def let_go() -> None:
    """The database holds what a new one holds."""
    while _shared:
        _shared.pop().end()
