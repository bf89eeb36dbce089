"""The data folder: everything an installation keeps, and who is using it now."""

import contextlib
import errno
import fcntl
import json
import os
import pwd
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

from relasi.project.language import Trouble, _
from relasi.project.sockets import make_private, private_folder

ROOM_FOR_NEW = 200  # megabytes
ROOM_TO_RUN = 20  # megabytes
DISK_TROUBLES = {
    errno.ENOSPC,
    errno.EDQUOT,
    errno.EACCES,
    errno.EPERM,
    errno.EROFS,
    errno.ENOTDIR,
    errno.ENOENT,
    errno.EEXIST,
}


class DataFolder:
    """`postgres`, `files`, `logs`, `static`, `run` and the signing key, under one path."""

    def __init__(self, path: str | Path):
        self.path = Path(path).expanduser().resolve()
        self.postgres = self.path / "postgres"
        self.files = self.path / "files"
        self.logs = self.path / "logs"
        self.static = self.path / "static"
        self.run = self.path / "run"
        self.secret_key = self.path / "secret_key"
        self.state_file = self.run / "state.json"
        self.lock_file = self.run / "lock"

    @property
    def sockets(self) -> Path:
        return private_folder(self.run)

    @property
    def live_socket(self) -> Path:
        return self.sockets / "live.sock"

    @contextlib.contextmanager
    def opened(self) -> Iterator[None]:
        """Makes the folders. When the block fails before a database exists, nothing new stays behind."""
        try:
            fresh = not self.path.exists()
            try:
                self._prepare()
                yield
            except BaseException:
                if fresh and not self.postgres.exists():
                    shutil.rmtree(self.path, ignore_errors=True)
                raise
        except OSError as trouble:
            if trouble.errno in DISK_TROUBLES:
                raise self.explain(trouble) from trouble
            raise

    def _prepare(self) -> None:
        self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._check_owner()
        self._check_room()
        for folder in (self.files, self.logs, self.run):
            folder.mkdir(exist_ok=True, mode=0o700)
        make_private(self.sockets)
        self._check_writable()

    def _check_owner(self) -> None:
        """Another user's cluster would end up with files of two owners, and then neither could start it."""
        if not self.postgres.exists():
            return
        owner = self.path.stat().st_uid
        if owner != os.geteuid():
            text = _("The data in %(folder)s belongs to user %(user)s. Run Relasi as that user.")
            raise Trouble(text % {"folder": self.path, "user": _user_name(owner)})

    def explain(self, trouble: Exception) -> Trouble:
        """A sentence about a full or closed disk, for an error met while writing here."""
        if isinstance(trouble, Trouble):
            return trouble
        if getattr(trouble, "errno", None) in (errno.ENOSPC, errno.EDQUOT) or "No space left" in str(trouble):
            return Trouble(_("The disk of %(folder)s is full. Nothing was changed.") % {"folder": self.path})
        values = {"folder": self.path, "reason": getattr(trouble, "strerror", None) or trouble}
        return Trouble(_("The folder %(folder)s cannot be written: %(reason)s.") % values)

    def _check_room(self) -> None:
        free = shutil.disk_usage(self.path).free // 1_000_000
        needed = ROOM_TO_RUN if self.postgres.exists() else ROOM_FOR_NEW
        if free < needed:
            text = _("The disk of %(folder)s is too full: %(needed)s MB are needed, %(free)s MB are free.")
            raise Trouble(text % {"folder": self.path, "needed": needed, "free": free})

    def _check_writable(self) -> None:
        probe = self.run / f"probe-{os.getpid()}"
        probe.write_bytes(b"x" * 4096)
        probe.unlink()

    @contextlib.contextmanager
    def hold(self) -> Iterator[None]:
        """Keeps every other `up` away from this folder while the block runs."""
        with self.lock_file.open("a") as handle:
            deadline = time.monotonic() + 0.5
            while not _locked(handle, fcntl.LOCK_EX):
                if time.monotonic() > deadline:
                    raise Trouble(self.who_holds_it())
                time.sleep(0.05)
            self.write_state({"pid": os.getpid()})
            try:
                yield
            finally:
                self.state_file.unlink(missing_ok=True)

    def is_held(self) -> bool:
        try:
            with self.lock_file.open() as handle:
                return not _locked(handle, fcntl.LOCK_SH)
        except OSError:
            return False

    def who_holds_it(self) -> str:
        state = self.read_state()
        values = {"folder": self.path, "pid": state.get("pid", "?"), "url": state.get("url", "")}
        if not values["url"]:
            return _("%(folder)s is in use by process %(pid)s, which is still starting.") % values
        text = _("%(folder)s is in use by process %(pid)s, at %(url)s. To stop it: ./relasi down")
        return text % values

    def read_state(self) -> dict:
        """What the running `up` says about itself: pid, url, port, processes. Empty when none runs."""
        try:
            return json.loads(self.state_file.read_text())
        except (OSError, ValueError):
            return {}

    def write_state(self, state: dict) -> None:
        write_whole(self.state_file, json.dumps(state))


def write_whole(place: Path, text: str) -> None:
    """Replaces a file so that a reader sees the old text or the new one, never a part."""
    aside = place.with_name(f"{place.name}.{os.getpid()}")
    try:
        aside.write_text(text)
        aside.replace(place)
    finally:
        aside.unlink(missing_ok=True)


def _user_name(user: int) -> str:
    try:
        return pwd.getpwuid(user).pw_name
    except KeyError:
        return str(user)


def _locked(handle, kind: int) -> bool:
    try:
        fcntl.flock(handle, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
