"""Read ahead: batches of rows, read and parsed elsewhere while the database works on the ones before."""

from __future__ import annotations

import os
import pickle
import queue
import signal
import threading
import traceback
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from contextvars import Context, copy_context
from typing import Any, BinaryIO, NoReturn

from django.utils import timezone, translation

from relasi.engine.declare.refusal import Refusal
from relasi.engine.transfer.bad_file import BadFile
from relasi.engine.transfer.line_cells import belongs, join
from relasi.engine.transfer.row_reader import ReadRow, RowReader
from relasi.engine.transfer.table import Table

BATCH = 5000
# Batches that may wait. More would only fill the memory.
AHEAD = 2
# A larger file is read by a process of its own, which has the second core to itself.
OWN_PROCESS_FROM = 2 << 20

PIPE_BUFFER = 1 << 20
PICKLE = pickle.HIGHEST_PROTOCOL

Batches = Generator[list[ReadRow], None, None]


class ReadingEnded(Exception):
    """The process that read the file is gone before its end."""


def batches(
    table: Table, reader: RowReader, *, skip: int = 0, size: int | None = None, bytes: int = 0
) -> Batches:
    """The rows after the first `skip`, in order, read in the language of the caller. bytes: how large the file is.

    Whatever stops the reading is raised where the rows are used.
    """
    reading = _Reading(table, reader, skip, size or BATCH)
    how = _from_process if bytes >= OWN_PROCESS_FROM else _from_thread
    return how(reading, copy_context())


class _Reading:
    """The batches of a table from a row on."""

    def __init__(self, table: Table, reader: RowReader, skip: int, size: int):
        self.table, self.reader, self.skip, self.size = table, reader, skip, size
        # Kept by Django for each thread, so they do not come along with the context.
        self.language, self.zone = translation.get_language(), timezone.get_current_timezone()

    @contextmanager
    def as_the_caller(self) -> Iterator[None]:
        with translation.override(self.language), timezone.override(self.zone):
            yield

    def __iter__(self) -> Iterator[list[ReadRow]]:
        batch: list[ReadRow] = []
        for place, row in enumerate(self.table.rows()):
            if place < self.skip:
                continue
            read = self.reader.read(row)
            if batch and belongs(batch[-1], read):
                join(batch[-1], read)
                continue
            if len(batch) == self.size:
                yield batch
                batch = []
            batch.append(read)
        if batch:
            yield batch


def _from_thread(reading: _Reading, context: Context) -> Batches:
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
            with reading.as_the_caller():
                for batch in reading:
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


def _from_process(reading: _Reading, context: Context) -> Batches:
    """A copy of this process reads: it knows the plan already, touches no database, and ends with its pipe."""
    from_child, to_parent = os.pipe()
    child = os.fork()
    if not child:
        context.run(_read_and_end, reading, to_parent)
    os.close(to_parent)
    try:
        with os.fdopen(from_child, "rb", buffering=PIPE_BUFFER) as pipe:
            yield from _received(pipe, reading.table)
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def _received(pipe: BinaryIO, table: Table) -> Batches:
    while True:
        try:
            table.read, rows, trouble = pickle.load(pipe)
        except (EOFError, pickle.UnpicklingError):
            raise ReadingEnded from None
        if trouble is not None:
            raise BadFile(trouble)
        if rows is None:
            return
        yield [_row(*row) for row in rows]


def _read_and_end(reading: _Reading, pipe: int) -> NoReturn:
    """In the child, which never returns: nothing of the parent may be closed properly from here."""
    code = 1
    try:
        _leave_the_parent_alone(pipe)
        with reading.as_the_caller(), os.fdopen(pipe, "wb", buffering=PIPE_BUFFER) as out:
            _send(reading, out)
        code = 0
    except BrokenPipeError:
        pass
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)


def _leave_the_parent_alone(pipe: int) -> None:
    """Its sockets and locks go on living with it alone, and its signals are not for us."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)
    os.closerange(3, pipe)
    os.closerange(pipe + 1, os.sysconf("SC_OPEN_MAX"))


def _send(reading: _Reading, out: BinaryIO) -> None:
    """(how much of the file is read, rows or None at the end, what stopped the reading) again and again."""
    table = reading.table
    try:
        for batch in reading:
            pickle.dump((table.read, list(map(_as_tuple, batch)), None), out, PICKLE)
            out.flush()
    except BadFile as trouble:
        pickle.dump((table.read, None, str(trouble)), out, PICKLE)
    else:
        pickle.dump((table.read, None, None), out, PICKLE)


def _as_tuple(row: ReadRow) -> tuple[Any, ...]:
    faults = [(one.field, one.code, str(one.message), one.more) for one in row.faults]
    lines = (row.lines, row.of_line, row.rest)
    said = (row.their_id, row.merged_into, row.gone)
    return row.number, row.cells, row.values, row.parts, row.beside, row.keys, faults, lines, said


def _row(
    number: int,
    cells: Any,
    values: Any,
    parts: Any,
    beside: Any,
    keys: Any,
    faults: Any,
    lines: Any,
    said: Any,
) -> ReadRow:
    refusals = [Refusal(field, code, message, **more) for field, code, message, more in faults]
    row = ReadRow(number, cells, values, parts, beside, keys, refusals, *lines)
    row.their_id, row.merged_into, row.gone = said
    return row
