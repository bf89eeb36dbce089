"""Hands a browser's connection from a web worker to the live process, which keeps it open from then on."""

import contextlib
import hashlib
import json
import os
import socket

from django.conf import settings
from django.http import HttpRequest, HttpResponse

PATIENCE = 2.0  # seconds
TAKEN = b"taken"


class HandedOver(HttpResponse):
    """What the worker still writes after the handover: it goes into a pair of sockets that nobody reads."""

    def __init__(self, unread: socket.socket):
        super().__init__(b"", content_type="text/event-stream")
        self._unread = unread

    def close(self) -> None:
        self._unread.close()
        super().close()


def handover(request: HttpRequest, user_id: int, topics: list[str]) -> HttpResponse:
    """Makes the answer to this request an event stream of `topics` for the user.

    The caller has checked who asks and what they may follow. 503 with Retry-After when the live process
    is away or this server cannot hand connections over; the browser asks again by itself.
    """
    connection = request.META.get("gunicorn.socket")
    if connection is None or not settings.LIVE_SOCKET:
        return _later()
    wish = json.dumps({"user": user_id, "topics": topics, "session": _session_digest(request)}).encode()
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as live:
            live.settimeout(PATIENCE)
            live.connect(settings.LIVE_SOCKET)
            socket.send_fds(live, [wish], [connection.fileno()])
            if live.recv(16) != TAKEN:
                return _later()
    except OSError:
        return _later()
    unread, written = socket.socketpair()
    with contextlib.closing(written):
        os.dup2(written.fileno(), connection.fileno())
    return HandedOver(unread)


def _session_digest(request: HttpRequest) -> str:
    """Names the session without its key; the database says this digest when the session ends."""
    key = getattr(getattr(request, "session", None), "session_key", None) or ""
    return hashlib.sha256(key.encode()).hexdigest()


def _later() -> HttpResponse:
    answer = HttpResponse(status=503, content_type="text/plain")
    answer["Retry-After"] = "3"
    return answer
