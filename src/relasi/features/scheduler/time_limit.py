"""Time limit: a job that runs longer than allowed is ended, and whatever it has not kept by then is not kept.

A thread cannot be killed, but nothing it does reaches the database any more: its query is cancelled, and before the next
one it is told to stop. What stops it is no Exception, so that no job takes it for the trouble of one of its records.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any, TypeVar

from django.db import connection

Done = TypeVar("Done")
PATIENCE = 10  # seconds a job has to stop after it was told to
_CANCEL = "SELECT pg_cancel_backend(%(pid)s)"


class Stopped(BaseException):
    """Raised in a job whose time is over."""


class TookTooLong(Exception):
    """Of a job that was ended."""


class Limit:
    """over: no further query. pid: of the session of the database in which the job works, None where it does not."""

    def __init__(self) -> None:
        self.over = False
        self.pid: int | None = None

    def check(self, execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any) -> Any:
        if self.over and not str(sql).startswith("ROLLBACK"):
            raise Stopped
        self.pid = context["connection"].connection.info.backend_pid
        return execute(sql, params, many, context)


_limit: ContextVar[Limit | None] = ContextVar("time limit", default=None)


def limited(call_next: Callable[[], Done], context: Any, worker: Any) -> Done:
    """Around every job, in the thread that runs it."""
    limit = _limit.get()
    if limit is None:
        return call_next()
    try:
        with connection.execute_wrapper(limit.check):
            return call_next()
    finally:
        limit.pid = None


async def within(
    call_next: Callable[[], Any], seconds: float | None, ask: Any, patience: float = PATIENCE
) -> Any:
    """What the job returns. Raises TookTooLong. ask: runs SQL beside the job."""
    if not seconds:
        return await call_next()
    limit = Limit()
    token = _limit.set(limit)
    try:
        work = asyncio.ensure_future(call_next())
    finally:
        _limit.reset(token)
    try:
        await asyncio.wait({work}, timeout=seconds)
        if not work.done():
            await _stop(work, limit, ask, patience)
    except asyncio.CancelledError:  # the worker stops
        work.cancel()
        return await work
    if limit.over and (work.cancelled() or work.exception() is not None):
        raise TookTooLong
    return work.result()


async def _stop(work: asyncio.Future[Any], limit: Limit, ask: Any, patience: float) -> None:
    limit.over = True
    until = asyncio.get_running_loop().time() + patience
    while not work.done() and asyncio.get_running_loop().time() < until:
        if limit.pid is not None:
            await ask.execute_query_async(_CANCEL, pid=limit.pid)
        await asyncio.wait({work}, timeout=min(1.0, patience))
    if not work.done():
        work.cancel()  # ends what is no thread; a thread that still runs reaches nothing
        await asyncio.wait({work}, timeout=min(1.0, patience))
    if not work.done():
        work.add_done_callback(lambda ended: ended.cancelled() or ended.exception())
        raise TookTooLong
