"""A real installation in a folder of its own, driven through the launcher's command line."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
OURS = ("RELASI_", "DATABASE_URL", "DJANGO_", "PYTEST_", "LC_", "LANG")


def clean_environment(**more: str) -> dict[str, str]:
    """What a terminal of an operator has: nothing of the test run."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
    return {**kept, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}", "LANG": "C.UTF-8", **more}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Installation:
    """`folder` holds its data; it serves the small site, which starts quickly."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.port = free_port()
        self.environment = clean_environment(DJANGO_SETTINGS_MODULE="tests.project.small_site")

    def relasi(self, command: str, *arguments: object, **more: object) -> subprocess.CompletedProcess:
        words = [command, "--data", str(self.folder), *map(str, arguments)]
        return subprocess.run(
            [sys.executable, "-m", "relasi.project.command_line", *words],
            env=self.environment | more.pop("environment", {}),
            capture_output=True,
            text=True,
            timeout=90,
            **more,
        )

    def up(self) -> str:
        """Starts detached; answers what was printed. AssertionError when that failed."""
        done = self.relasi("up", "--port", self.port, "--detach")
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def down(self) -> None:
        done = self.relasi("down")
        assert done.returncode == 0, done.stderr

    def get(self, path: str) -> tuple[int, str]:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=20) as page:
                return page.status, page.read().decode()
        except urllib.error.HTTPError as refused:
            return refused.code, refused.read().decode()

    def health(self) -> dict[str, str]:
        try:
            return json.loads(self.get("/healthz")[1])
        except (OSError, ValueError):
            return {}

    def state(self) -> dict:
        return json.loads((self.folder / "run" / "state.json").read_text())

    def kill(self, name: str) -> int:
        """kill -9; answers the process id that ended."""
        pid = self.state()["pid"] if name == "relasi" else self.pid(name)
        os.kill(pid, signal.SIGKILL)
        return pid

    def pid(self, name: str) -> int:
        if name == "postgres":
            return int((self.folder / "postgres" / "postmaster.pid").read_text().split()[0])
        return self.state()["processes"][name]["pid"]


def lives(pid: int) -> bool:
    """Whether the process runs; one that ended and waits for its parent to notice does not."""
    try:
        return "State:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False


def eventually(check: Callable[[], object], *, seconds: float = 20) -> object:
    """The first true answer of `check`; AssertionError when none comes in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            if found := check():
                return found
        except (OSError, ValueError, KeyError, IndexError):
            pass
        time.sleep(0.05)
    raise AssertionError("it did not happen in time")
