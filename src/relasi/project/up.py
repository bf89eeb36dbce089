"""`relasi up`: everything that a running installation needs, in the right order, until it is stopped."""

import contextlib
import os
import socket
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from relasi.project.cluster import Cluster
from relasi.project.data_folder import DataFolder
from relasi.project.database import database, has_people
from relasi.project.language import Trouble, _, say
from relasi.project.preparation import prepare
from relasi.project.readiness import wait_until_ready
from relasi.project.runtime import runtime_environment
from relasi.project.sockets import listen
from relasi.project.supervisor import Process, Supervisor, keep_small, module


@dataclass
class Wish:
    """What the operator asked for."""

    folder: DataFolder
    port: int
    demo: bool = False
    detach: bool = False

    @property
    def address(self) -> str:
        return os.environ.get("RELASI_BIND") or "127.0.0.1"

    @property
    def host(self) -> str:
        """Where this machine itself reaches what listens on the address."""
        return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.address, self.address)

    @property
    def site(self) -> str:
        return f"http://{f'[{self.host}]' if ':' in self.host else self.host}:{self.port}"


def up(wish: Wish) -> int:
    """Runs until stopped; with `detach` answers when everything is ready and goes on alone."""
    folder = wish.folder
    if folder.is_held():
        raise Trouble(folder.who_holds_it())
    with contextlib.closing(_listener(wish)) as listener:
        if wish.detach and (code := _go_on_alone()) is not None:
            return code
        with folder.opened(), folder.hold(), database(folder, alone=True) as url:
            environment = runtime_environment(folder, url, address=wish.address)
            table = prepare(folder, url, environment, demo=wish.demo)
            environment["RELASI_LISTEN_FD"] = str(listener.fileno())
            *first, worker = _processes(wish, listener, environment)
            running = Supervisor(first, _guard_of(folder))
            _serve(wish, running, worker, table or _how_to_sign_in(url))
    if not wish.detach:
        say(_("Relasi has stopped."))
    return 0


def _listener(wish: Wish) -> socket.socket:
    """When two start at the same moment, the port is taken by the one that takes the data next."""
    try:
        return listen(wish.address, wish.port)
    except Trouble:
        time.sleep(0.3)
        if wish.folder.is_held():
            raise Trouble(wish.folder.who_holds_it()) from None
        raise


def _processes(wish: Wish, listener: socket.socket, environment: dict[str, str]) -> list[Process]:
    settings = str(Path(__file__).with_name("gunicorn_conf.py"))
    web = module("gunicorn", "--config", settings, "relasi.project.wsgi")
    found = [
        Process("web", web, environment, kept_files=(listener.fileno(),)),
        Process("live", module("relasi.project.live"), environment),
        Process("worker", module("relasi.project.worker"), environment, niceness=5),
    ]
    if wish.detach:
        for process in found:
            process.log = wish.folder.logs / f"{process.name}.log"
    return found


def _serve(wish: Wish, running: Supervisor, worker: Process, sign_in: str) -> None:
    """The worker starts last: until the first page is there, the processor belongs to the web."""

    def note() -> None:
        processes = {p.name: {"pid": p.pid, "deaths": p.deaths} for p in running.processes}
        wish.folder.write_state({"pid": os.getpid(), "url": wish.site, "processes": processes})

    running.changed = note
    running.listen_to_signals()
    try:
        say(_("Starting the web, live and worker processes …"))
        wait_until_ready(running, wish.host, wish.port, wish.folder)
        running.processes.append(worker)
        running.round()
        if not running.stopping:
            say(f"\nRelasi siap: {wish.site}\n{sign_in}")
            if wish.detach:
                _close_terminal(wish.folder)
        running.run()
    finally:
        running.stop()


def _how_to_sign_in(url: str) -> str:
    if has_people(url):
        return _("Sign in there with your username and password.")
    return _("First run: open that page to create the first administrator.")


def _guard_of(folder: DataFolder) -> Callable[[], None]:
    """Starts the embedded PostgreSQL again when somebody ended it; an outside server guards itself."""
    if os.environ.get("DATABASE_URL"):
        return lambda: None
    cluster = Cluster(folder.postgres)

    def guard() -> None:
        if cluster.pid():
            return
        keep_small(cluster.log)
        try:
            cluster.start(seconds=10)
        except (Trouble, OSError) as trouble:
            sys.stderr.write(f"{trouble}\n")
            time.sleep(1)

    return guard


def _go_on_alone() -> int | None:
    """Forks. The first process passes on what the second prints until that is ready, and answers an exit
    code; the second answers None and goes on without a terminal."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.close(reading)
        os.setsid()
        for number in (1, 2):
            os.dup2(writing, number)
        os.close(writing)
        return None
    os.close(writing)
    ready = False
    with os.fdopen(reading) as lines:
        for line in lines:
            ready = ready or line.startswith("Relasi siap:")
            sys.stdout.write(line)
            sys.stdout.flush()
    return 0 if ready else os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) or 1


def _close_terminal(folder: DataFolder) -> None:
    """From now on what the supervisor itself says goes to a file, and nobody waits for it any more."""
    nothing = os.open(os.devnull, os.O_RDONLY)
    log = os.open(folder.logs / "relasi.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for number, target in ((0, nothing), (1, log), (2, log)):
        os.dup2(target, number)
    os.close(nothing)
    os.close(log)
