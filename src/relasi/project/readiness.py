"""Waits until a starting installation serves its first page."""

import contextlib
import json
import os
import select
import socket
import time
from collections.abc import Iterator

from relasi.project.data_folder import DataFolder
from relasi.project.language import Trouble, _
from relasi.project.runtime import is_loopback
from relasi.project.supervisor import Supervisor

PATIENCE = 120.0  # seconds until the first page must come
TOO_MANY_DEATHS = 3


def wait_until_ready(running: Supervisor, host: str, port: int, folder: DataFolder) -> None:
    """The listening socket queues our one request while the web process is starting."""
    deadline = time.monotonic() + PATIENCE
    with _question(host, port) as answer:
        while not running.stopping:
            running.round()
            if select.select([answer], [], [], 0.05)[0]:
                if (said := _complaint(answer)) is None:
                    return
                text = _("The web process answers with an error: %(said)s") % {"said": said}
                raise Trouble(text + _last_errors(folder))
            web = running.processes[0]
            if web.deaths >= TOO_MANY_DEATHS or time.monotonic() > deadline:
                raise Trouble(_("The web process does not start.") + _last_errors(folder))


@contextlib.contextmanager
def _question(host: str, port: int) -> Iterator[socket.socket]:
    named = os.environ.get("RELASI_HOSTS", "").split(",")[0].strip().lstrip(".")
    name = named if named and named != "*" else "127.0.0.1" if is_loopback(host) else host
    with socket.create_connection((host, port), timeout=10) as asking:
        asking.sendall(f"GET /healthz HTTP/1.0\r\nHost: {name}\r\n\r\n".encode())
        yield asking


def _complaint(answer: socket.socket) -> str | None:
    """None when pages work. They need the database and its tables; the worker may still be on its way."""
    answer.settimeout(10)
    text = b""
    with contextlib.suppress(OSError):
        while piece := answer.recv(65536):
            text += piece
    head, _blank, body = text.partition(b"\r\n\r\n")
    try:
        found = json.loads(body)
    except ValueError:
        return head.partition(b"\r\n")[0].decode(errors="replace")
    working = found.get("database") == "ok" and found.get("migrations") == "ok"
    return None if working else json.dumps(found)


def _last_errors(folder: DataFolder) -> str:
    """What a detached web process wrote about itself; on a terminal it has been seen already."""
    log = folder.logs / "web.log"
    found = []
    for line in log.read_text(errors="replace").splitlines()[-30:] if log.exists() else []:
        try:
            entry = json.loads(line)
        except ValueError:
            found.append(line)
            continue
        if entry.get("level") in ("error", "critical"):
            found += [entry.get("event", ""), *entry.get("exception", "").splitlines()[-3:]]
    return "\n".join(["", *found[-12:]])
