"""Read ahead: batches of rows, read and parsed by a thread while the database works on the ones before."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Generator, Iterator
from contextvars import Context, copy_context
from typing import Any

from relasi.engine.transfer.row_reader import ReadRow, RowReader
from relasi.engine.transfer.table import Table

BATCH = 5000
# Batches that may wait. More would only fill the memory.
AHEAD = 2


def batches(
    table: Table, reader: RowReader, *, skip: int = 0, size: int | None = None
) -> Generator[list[ReadRow], None, None]:
    """The rows after the first `skip`, in order, read in the language of the caller.

    Whatever stops the reading is raised where the rows are used.
    """
    context = copy_context()
    return _handed_over(context, lambda: _read(table, reader, skip, size or BATCH))


def _handed_over(
    context: Context, read: Callable[[], Iterator[list[ReadRow]]]
) -> Generator[list[ReadRow], None, None]:
    ready: queue.Queue[list[ReadRow] | BaseException | None] = queue.Queue(maxsize=AHEAD)
    stopped = threading.Event()

    def put(what: Any) -> bool:
        while not stopped.is_set():
            try:
                ready.put(what, timeout=0.2)
                return True
            except queue.Full:
                continue
        return False

    def produce() -> None:
        try:
            for batch in read():
                if not put(batch):
                    return
            put(None)
        except BaseException as trouble:
            put(trouble)

    thread = threading.Thread(target=context.run, args=(produce,), daemon=True)
    thread.start()
    try:
        while (found := ready.get()) is not None:
            if isinstance(found, BaseException):
                raise found
            yield found
    finally:
        stopped.set()
        thread.join()


def _read(table: Table, reader: RowReader, skip: int, size: int) -> Iterator[list[ReadRow]]:
    batch: list[ReadRow] = []
    for place, row in enumerate(table.rows()):
        if place < skip:
            continue
        batch.append(reader.read(row))
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch
