"""Processes are kept running, with pauses for those that die at once."""

import os
import signal
import subprocess
import sys
import time
from types import SimpleNamespace

import pytest

from relasi.project import supervisor
from relasi.project.supervisor import LONGEST_PAUSE, Process, Supervisor, keep_small
from tests.project.installation_under_test import eventually, lives


def process(code: str) -> Process:
    return Process("one", [sys.executable, "-c", code], dict(os.environ))


def test_a_process_that_dies_is_started_again_at_once_and_then_ever_later(monkeypatch):
    monkeypatch.setattr(supervisor, "time", SimpleNamespace(monotonic=lambda: 100.0))
    dying = process("raise SystemExit(1)")
    dying.watch()
    pauses = []
    for _attempt in range(4):
        dying.running.wait()
        dying.watch()
        pauses.append(max(dying.wait_until - 100, 0))
        if dying.running is None:
            dying.wait_until = 0
            dying.watch()
    dying.running.wait()
    assert pauses == [0, 1, 2, 4]


def test_pauses_have_an_end():
    dying = process("raise SystemExit(1)")
    dying.deaths = 20
    dying.start()
    dying.running.wait()
    assert dying.watch() is False
    assert dying.wait_until - time.monotonic() <= LONGEST_PAUSE


def test_stop_ends_what_ignores_a_polite_request():
    code = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(1); time.sleep(60)"
    stubborn = process(code)
    supervisor = Supervisor([stubborn], lambda: None)
    supervisor.round()
    time.sleep(0.3)
    supervisor.stop(grace=0.3)
    assert stubborn.pid is None


def test_children_end_with_a_supervisor_that_is_killed():
    code = """
import os, sys, time
from relasi.project.supervisor import Process
child = Process("one", [sys.executable, "-c", "import time; time.sleep(60)"], dict(os.environ))
child.start()
print(child.pid, flush=True)
time.sleep(60)
"""
    with subprocess.Popen(
        [sys.executable, "-c", code],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": "src"},
    ) as parent:
        child = int(parent.stdout.readline())
        assert lives(child)
        parent.send_signal(signal.SIGKILL)
    eventually(lambda: not lives(child), seconds=5)


@pytest.mark.parametrize(("size", "moved"), [(100, False), (101, True)])
def test_a_large_log_is_moved_aside_under_its_writer(tmp_path, size, moved):
    log = tmp_path / "web.log"
    with log.open("ab") as writer:
        writer.write(b"x" * size)
        writer.flush()
        keep_small(log, largest=100)
        writer.write(b"new")
    assert log.read_bytes() == (b"new" if moved else b"x" * size + b"new")
    assert (tmp_path / "web.log.1").exists() is moved
