"""Fills the Python environment from a hash-pinned lock. Runs before anything is installed: stdlib only.

Called by the launcher as `python3 installation.py LOCK ENVIRONMENT [yes when Indonesian]`. The lock is
copied into the environment last of all, so an interrupted installation is recognised and done again.
"""

import fcntl
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOM_NEEDED = 600  # megabytes: the environment and what pip unpacks on the way
WORDS = {
    "making": (
        "Making the Python environment (first run, a minute or two) …",
        "Menyiapkan lingkungan Python (hanya pertama kali, satu-dua menit) …",
    ),
    "updating": ("Updating the Python environment …", "Memperbarui lingkungan Python …"),
    "waiting": (
        "Another Relasi is installing here; waiting for it …",
        "Relasi lain sedang memasang di sini; menunggu …",
    ),
    "installing": ("Unpacking …", "Membongkar paket …"),
    "unwritable": (
        "The Python environment cannot be made in {folder}: {reason}. "
        "Copy Relasi into a folder that you may write, or name one with RELASI_VENV=FOLDER.",
        "Lingkungan Python tidak dapat dibuat di {folder}: {reason}. "
        "Salin Relasi ke folder yang dapat Anda tulis, atau sebutkan foldernya dengan RELASI_VENV=FOLDER.",
    ),
    "full": (
        "The disk of {folder} is too full: Relasi needs {needed} MB there and {free} MB are free.",
        "Disk untuk {folder} terlalu penuh: Relasi memerlukan {needed} MB dan tersisa {free} MB.",
    ),
    "failed": (
        "The packages could not be installed. pip said:",
        "Paket tidak dapat dipasang. Pesan dari pip:",
    ),
}


class Installation:
    """One environment to be filled from one lock."""

    def __init__(self, lock: Path, environment: Path, *, indonesian: bool):
        self.lock = lock
        self.environment = environment
        self.indonesian = indonesian
        self.python = environment / "bin" / "python"

    def run(self) -> None:
        try:
            self.environment.parent.mkdir(parents=True, exist_ok=True)
            with self._alone():
                if not self._is_done():
                    self._check_room()
                    self._install()
        except OSError as trouble:
            self._stop("unwritable", folder=self.environment, reason=trouble.strerror)

    def _is_done(self) -> bool:
        stamp = self.environment / f"installed-{self.lock.name}"
        return self._has_our_python() and stamp.exists() and stamp.read_bytes() == self.lock.read_bytes()

    def _has_our_python(self) -> bool:
        stamp = self.environment / "installed-python"
        return self.python.exists() and stamp.exists() and stamp.read_text() == os.path.realpath(self.python)

    def _check_room(self) -> None:
        free = shutil.disk_usage(self.environment.parent).free // 1_000_000
        if free < ROOM_NEEDED:
            self._stop("full", folder=self.environment.parent, needed=ROOM_NEEDED, free=free)

    def _install(self) -> None:
        fresh = not self._has_our_python()
        self._say("making" if fresh else "updating")
        try:
            if fresh:
                shutil.rmtree(self.environment, ignore_errors=True)
                subprocess.run([sys.executable, "-m", "venv", str(self.environment)], check=True)
            for stamp in self.environment.glob("installed-*"):
                stamp.unlink()
            self._run_pip()
            (self.environment / "installed-python").write_text(os.path.realpath(self.python))
            shutil.copyfile(self.lock, self.environment / f"installed-{self.lock.name}")
        except BaseException:
            if fresh:
                shutil.rmtree(self.environment, ignore_errors=True)
            raise

    def _run_pip(self) -> None:
        total = len(re.findall(r"^[A-Za-z0-9].*==", self.lock.read_text(), flags=re.MULTILINE))
        command = [str(self.python), "-m", "pip", "install", "--require-hashes", "--only-binary", ":all:"]
        command += ["--no-deps", "--no-input", "--disable-pip-version-check", "--progress-bar", "off"]
        environment = os.environ | {"PYTHONPATH": "", "PIP_CONSTRAINT": ""}
        said: list[str] = []
        with subprocess.Popen(
            [*command, "-r", str(self.lock)],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=environment,
        ) as pip:
            for line in pip.stdout or ():
                said = [*said[-40:], line.rstrip()]
                self._show(line, said, total)
        if pip.returncode:
            self._say("failed")
            telling = [line for line in said if re.search("error|no matching|no space", line, re.IGNORECASE)]
            sys.stderr.write("\n".join((telling or said)[-8:]) + "\n")
            raise SystemExit(1)

    def _show(self, line: str, said: list[str], total: int) -> None:
        if line.startswith("Installing collected packages"):
            self._say("installing")
            return
        found = re.match(r"(?:Collecting|Requirement already satisfied:) ([A-Za-z0-9._-]+)", line)
        if not found:
            return
        self.seen = getattr(self, "seen", 0) + 1
        if sys.stdout.isatty():
            sys.stdout.write(f"\r\033[K  {self.seen}/{total} {found[1]}")
            sys.stdout.write("\n" if self.seen == total else "")
        elif self.seen % 20 == 0:
            sys.stdout.write(f"  {self.seen}/{total}\n")
        sys.stdout.flush()

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Two launchers started together install once: the second waits and finds it done."""
        place = self.environment.with_name(self.environment.name + ".lock")
        with place.open("w") as handle:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                self._say("waiting")
                fcntl.flock(handle, fcntl.LOCK_EX)
            yield

    def _say(self, what: str) -> None:
        print(WORDS[what][self.indonesian], flush=True)

    def _stop(self, what: str, **values: object) -> None:
        sys.stderr.write(WORDS[what][self.indonesian].format(**values) + "\n")
        raise SystemExit(1)


if __name__ == "__main__":
    lock, environment, *language = sys.argv[1:]
    Installation(Path(lock), Path(environment), indonesian="yes" in language).run()
