"""Measuring requests inside one process: what the server needs, without the network.

Beside the clock on the wall stands the work: the processor time of this thread and of its PostgreSQL process. On a busy
machine the clock tells who else was running; the work tells what a request costs.
"""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from importlib import import_module
from pathlib import Path
from statistics import median, quantiles
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.db import connection
from django.middleware.csrf import _get_new_csrf_string


@dataclass
class Times:
    """Milliseconds. wall: the clock; python, database: processor time of this thread and of its PostgreSQL process."""

    wall: list[float] = field(default_factory=list)
    python: list[float] = field(default_factory=list)
    database: list[float] = field(default_factory=list)

    @property
    def p50(self) -> float:
        return median(self.wall)

    @property
    def p95(self) -> float:
        return quantiles(self.wall, n=20)[-1]

    @property
    def work(self) -> list[float]:
        """Processor time of both together; of this thread alone where the database runs elsewhere."""
        return [a + b for a, b in zip(self.python, self.database, strict=True)]

    @property
    def shown(self) -> dict[str, float]:
        found = {"p50": median(self.work), "p95": quantiles(self.work, n=20)[-1]}
        found |= {"python": median(self.python), "database": median(self.database)}
        return {name: round(value, 2) for name, value in found.items()}


def timed(call: Callable[[int], Any], times: int = 200, warm_up: int = 20) -> Times:
    """Runs call(n) and gives its times; the first ones do not count."""
    for n in range(warm_up):
        call(n)
    found = Times()
    backend = Backend()
    for n in range(times):
        database, python, wall = backend.worked(), time.thread_time(), time.perf_counter()
        call(warm_up + n)
        found.wall.append((time.perf_counter() - wall) * 1000)
        found.python.append((time.thread_time() - python) * 1000)
        found.database.append(backend.worked() - database)
    return found


class Backend:
    """The PostgreSQL process of this thread's connection, as Linux counts its work."""

    def __init__(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            self._file = Path(f"/proc/{cursor.fetchone()[0]}/schedstat")

    def worked(self) -> float:
        """Milliseconds on a processor so far; always 0 for a database on another machine."""
        try:
            return int(self._file.read_text().split()[0]) / 1e6
        except OSError:
            return 0.0


class Visitor:
    """A person's browser, talking to the WSGI application the product serves."""

    def __init__(self, application: Callable[..., Any], user: Any):
        self._application = application
        self._csrf = _get_new_csrf_string()
        session = import_module(settings.SESSION_ENGINE).SessionStore()
        session[SESSION_KEY] = user._meta.pk.value_to_string(user)
        session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
        session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        session.save()
        cookies = SimpleCookie({"csrftoken": self._csrf, settings.SESSION_COOKIE_NAME: session.session_key})
        self._cookies = cookies.output(header="", sep=";").strip()

    def get(self, address: str, *, part: bool = False) -> bytes:
        return self._ask("GET", address, b"", part)

    def post(self, address: str, values: dict[str, Any]) -> bytes:
        return self._ask("POST", address, urlencode(values).encode(), part=True)

    def _ask(self, method: str, address: str, body: bytes, part: bool) -> bytes:
        path, _mark, query = address.partition("?")
        environ = {
            "REQUEST_METHOD": method, "PATH_INFO": path, "QUERY_STRING": query, "SERVER_NAME": "localhost",
            "SERVER_PORT": "80", "SERVER_PROTOCOL": "HTTP/1.1", "REMOTE_ADDR": "127.0.0.1", "HTTP_HOST": "localhost",
            "HTTP_COOKIE": self._cookies, "HTTP_X_CSRFTOKEN": self._csrf, "HTTP_ACCEPT_LANGUAGE": "id",
            "CONTENT_TYPE": "application/x-www-form-urlencoded", "CONTENT_LENGTH": str(len(body)),
            "wsgi.input": io.BytesIO(body), "wsgi.errors": io.StringIO(), "wsgi.url_scheme": "http",
            "wsgi.version": (1, 0), "wsgi.multithread": True, "wsgi.multiprocess": True, "wsgi.run_once": False,
            **({"HTTP_HX_REQUEST": "true"} if part else {}),
        }  # fmt: skip
        status: list[str] = []
        answer = self._application(environ, lambda said, headers, *_: status.append(said))
        try:
            found = b"".join(answer)
        finally:
            answer.close()
        assert status[0][:3] in ("200", "204"), (address, status[0], found[:500])
        return found


def sql(statement: str, values: list[Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        cursor.fetchall()
