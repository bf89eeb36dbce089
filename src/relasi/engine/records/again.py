"""Again: an act that PostgreSQL ended in favour of another, because both waited for each other, is done once more.

Only as a whole, when nothing of it was kept and nothing was said to the world outside. Nobody sees such an error then.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

from django.db import OperationalError, connection
from django.http import HttpRequest, HttpResponse
from psycopg.errors import DeadlockDetected, SerializationFailure

Done = TypeVar("Done")
TIMES = 3  # that an act is tried in all


class Attempt:
    """What became of one act so far. final: something of it is kept or known outside, so it is not done twice."""

    def __init__(self) -> None:
        self.final = False

    def settle(self) -> None:
        self.final = True


_attempt: ContextVar[Attempt | None] = ContextVar("attempt", default=None)


@contextmanager
def attempted() -> Iterator[Attempt]:
    attempt = Attempt()
    token = _attempt.set(attempt)
    try:
        yield attempt
    finally:
        _attempt.reset(token)


def current_attempt() -> Attempt | None:
    return _attempt.get()


def said_outside() -> None:
    """To be called before anything is sent to somebody else's server."""
    if attempt := _attempt.get():
        attempt.settle()


def was_ended(trouble: BaseException) -> bool:
    """Whether the database ended this act in favour of another one."""
    return isinstance(trouble, OperationalError) and isinstance(
        trouble.__cause__, (DeadlockDetected, SerializationFailure)
    )


def whole(act: Callable[[], Done], times: int = TIMES) -> Done:
    """What the act returns; done once more where the database ended it. Inside a transaction it is a part of something
    else, and only done once. Raises what the act raises."""
    for left in reversed(range(times)):
        with attempted() as attempt:
            try:
                return act()
            except OperationalError as trouble:
                if not (left and was_ended(trouble)) or attempt.final or connection.in_atomic_block:
                    raise
    raise AssertionError("an act is tried at least once")


def whole_job(call_next: Callable[[], Done], context: Any, worker: Any) -> Done:
    """Around every job of a worker, in the thread that runs it: a job that was ended runs again."""
    return whole(call_next)


class Again:
    """Middleware, the innermost: a page that was ended is asked again. With files it is not: they have been read."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with attempted() as request.attempt:  # type: ignore[attr-defined]
            return self.get_response(request)

    def process_exception(self, request: Any, exception: Exception) -> HttpResponse | None:
        read = request.attempt.final or (request.content_type == "multipart/form-data" and request.FILES)
        if not was_ended(exception) or read or connection.in_atomic_block:
            return None
        found = request.resolver_match
        return whole(lambda: found.func(request, *found.args, **found.kwargs), TIMES - 1)
