"""Somebody who is not root runs it: from a folder with spaces in its name, which nobody else may look into."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.project.installation_under_test import ROOT, clean_environment, free_port

NOBODY = 65534
SITE = "tests/project/small_site.py"


# Nobody, who may read besides what the environment of the tests is made of, wherever it lies.
BECOMING = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "--inh-caps=+dac_read_search",
            "--ambient-caps=+dac_read_search"]  # fmt: skip


def as_a_plain_user(words: list[str], home: Path) -> subprocess.CompletedProcess:
    """Root becomes nobody for it; whoever else runs the tests is a plain user already."""
    environment = clean_environment(HOME=str(home), DJANGO_SETTINGS_MODULE="tests.project.small_site")
    becoming = BECOMING if os.geteuid() == 0 else []
    return subprocess.run(
        [*becoming, *words], env=environment, cwd="/", capture_output=True, text=True, timeout=120
    )


@pytest.fixture
def home() -> Iterator[Path]:
    """A folder of that user's own, closed to all others, with the program in it and a space in its name."""
    found = Path(tempfile.mkdtemp(prefix="relasi of a plain user "))
    program = found / "Relasi CRM"
    shutil.copytree(ROOT / "src", program / "src", ignore=shutil.ignore_patterns("__pycache__"))
    (program / SITE).parent.mkdir(parents=True)
    shutil.copy(ROOT / SITE, program / SITE)
    for name in ("relasi", "requirements.lock"):
        shutil.copy(ROOT / name, program / name)
    python = program / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    python.chmod(0o755)
    (program / ".venv" / "installed-python").write_text(str(python))
    shutil.copy(program / "requirements.lock", program / ".venv" / "installed-requirements.lock")
    if os.geteuid() == 0:
        for path in (found, *found.rglob("*")):
            os.chown(path, NOBODY, NOBODY)
    yield found
    shutil.rmtree(found, ignore_errors=True)


def _once_the_worker_is_heard(words: list[str], home: Path) -> subprocess.CompletedProcess:
    """It is heard of a little after the pages answer, on a busy machine later still."""
    ends = time.monotonic() + 90
    while (status := as_a_plain_user(words, home)).returncode and time.monotonic() < ends:
        time.sleep(1)
    return status


def test_a_plain_user_runs_it_in_a_closed_folder_with_spaces_in_its_name(home: Path):
    if (
        not shutil.which("setpriv")
        or as_a_plain_user([sys.executable, "-c", "import django"], home).returncode
    ):
        pytest.skip("nobody else may be started here, or may read the environment of the tests")
    launcher, folder = str(home / "Relasi CRM" / "relasi"), home / "data of us"
    assert home.stat().st_mode & 0o777 == 0o700
    up = as_a_plain_user(
        [launcher, "up", "--data", str(folder), "--port", str(free_port()), "--detach"], home
    )
    try:
        assert up.returncode == 0, up.stdout + up.stderr
        owners = {path.stat().st_uid for path in folder.rglob("*") if not path.is_symlink()}
        assert owners == {NOBODY if os.geteuid() == 0 else os.geteuid()}
        status = _once_the_worker_is_heard([launcher, "status", "--data", str(folder)], home)
        assert status.returncode == 0, status.stdout + status.stderr
    finally:
        down = as_a_plain_user([launcher, "down", "--data", str(folder)], home)
    assert down.returncode == 0, down.stderr
    assert "Traceback" not in up.stderr + down.stderr
