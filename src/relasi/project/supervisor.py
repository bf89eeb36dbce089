"""Keeps processes running: starts them, starts them again when they die, stops them together."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

LONGEST_PAUSE = 30.0  # seconds between two attempts
CALM = 60.0  # seconds a process must run before its next death counts as the first again
LARGEST_LOG = 50_000_000  # bytes


@dataclass
class Process:
    """One process that should be running. `log` None means: it writes to our own terminal."""

    name: str
    command: list[str]
    environment: dict[str, str]
    log: Path | None = None
    kept_files: tuple[int, ...] = ()
    niceness: int = 0
    deaths: int = 0
    started: float = 0.0
    wait_until: float = 0.0
    running: subprocess.Popen | None = field(default=None, repr=False)

    @property
    def pid(self) -> int | None:
        return self.running.pid if self.running and self.running.poll() is None else None

    def start(self) -> None:
        out = self.log.open("ab") if self.log else None
        try:
            self.running = subprocess.Popen(
                self.command,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                pass_fds=self.kept_files,
                start_new_session=True,
                preexec_fn=lambda: _settle(self.niceness),
            )
        finally:
            if out:
                out.close()
        self.started = time.monotonic()

    def watch(self) -> bool:
        """Starts the process when it is not running and its pause is over. Answers whether it did."""
        now = time.monotonic()
        if self.pid:
            return False
        if self.running:
            self.deaths = 1 if now - self.started > CALM else self.deaths + 1
            self.wait_until = now + (0 if self.deaths == 1 else min(2.0 ** (self.deaths - 2), LONGEST_PAUSE))
            self.running = None
        if now < self.wait_until:
            return False
        self.start()
        return True

    def send(self, number: int) -> None:
        """Signals the process and whatever it started: it leads a process group of its own."""
        if self.pid:
            os.killpg(self.pid, number)


def _settle(niceness: int) -> None:
    """In the child: end together with the supervisor, however that ends."""
    set_parent_death_signal = 1
    ctypes.CDLL(None).prctl(set_parent_death_signal, signal.SIGTERM)
    if niceness:
        os.nice(niceness)


class Supervisor:
    """`guard` is called in every round for what is no process of ours, such as PostgreSQL; `changed`
    whenever a process was started again."""

    def __init__(self, processes: list[Process], guard: Callable[[], None]):
        self.processes = processes
        self.guard = guard
        self.changed: Callable[[], None] = lambda: None
        self.stopping = False
        self.next_look_at_logs = 0.0

    def round(self) -> None:
        """One look at everything; called a few times a second."""
        self.guard()
        restarted = [process.watch() for process in self.processes]
        if any(restarted):
            self.changed()
        if time.monotonic() > self.next_look_at_logs:
            self.next_look_at_logs = time.monotonic() + 60
            for process in self.processes:
                if process.log:
                    keep_small(process.log)

    def run(self) -> None:
        """Until SIGTERM, SIGINT or SIGHUP."""
        while not self.stopping:
            self.round()
            time.sleep(0.2)

    def listen_to_signals(self) -> None:
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._stop_soon)

    def _stop_soon(self, *_signal: object) -> None:
        self.stopping = True

    def stop(self, *, grace: float = 2.5) -> None:
        """Asks all at once, waits, and ends what is left."""
        for process in self.processes:
            process.send(signal.SIGTERM)
        deadline = time.monotonic() + grace
        while any(process.pid for process in self.processes) and time.monotonic() < deadline:
            time.sleep(0.02)
        for process in self.processes:
            process.send(signal.SIGKILL)
            if process.running:
                process.running.wait()


def keep_small(log: Path, largest: int = LARGEST_LOG) -> None:
    """Moves a large log's text aside; its writer appends on, so the file itself must stay."""
    if not log.exists() or log.stat().st_size <= largest:
        return
    with log.open("rb+") as text, log.with_suffix(".log.1").open("wb") as aside:
        while piece := text.read(1 << 20):
            aside.write(piece)
        text.truncate(0)


def module(name: str, *arguments: str) -> list[str]:
    """The command that runs one of our modules with this very Python."""
    return [sys.executable, "-m", name, *arguments]
