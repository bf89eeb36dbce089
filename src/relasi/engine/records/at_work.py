"""At work: what a job does for a person outside a request: who acts, how they read, and what batches share."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from django.db import connection
from django.utils import timezone, translation

from relasi.engine.access.acting import Acting, acting
from relasi.engine.fields.reader import Reader, reading_as


@contextmanager
def at_work(user: Any, reader: Reader, **how: Any) -> Iterator[Acting]:
    """Everything below is done by the user, who reads and is spoken to as the reader. how: of `acting`."""
    with ExitStack() as stack:
        stretch = stack.enter_context(acting(user, **how))
        stack.enter_context(translation.override(reader.language))
        stack.enter_context(timezone.override(reader.tz))
        stack.enter_context(reading_as(reader))
        yield stretch


@contextmanager
def seldom_collected() -> Iterator[None]:
    """Half a million small objects live for one batch each: looking for rings among them costs a third of the time."""
    usual = gc.get_threshold()
    gc.set_threshold(200_000, 20, 50)
    try:
        yield
    finally:
        gc.set_threshold(*usual)


def commit_without_waiting() -> None:
    """The batch and the note that it is taken go to the disk together. The note that ends the job waits for both."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit = off")
