"""`relasi test`: every test on a throw-away database, in a real browser too unless told otherwise."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from relasi.project.language import Trouble, _, compile_catalogues, say

ROOT = Path(__file__).resolve().parents[3]
# The one without windows starts no pages of its own and needs half the processor time.
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")


def run_tests(arguments: list[str], *, browser: bool) -> int:
    """Answers pytest's exit code."""
    if browser:
        ensure_browser()
    compile_catalogues()
    command = [sys.executable, "-m", "pytest"]
    if not any(a == "-n" or a.startswith(("-n", "--numprocesses")) for a in arguments):
        command += ["-n", "2", "--dist", "loadfile", "--no-loadscope-reorder"]
    if not browser:
        command += ["-m", "not browser"]
    environment = {k: v for k, v in os.environ.items() if not k.startswith("RELASI_") or "TEST" in k}
    return subprocess.run([*command, *arguments], cwd=ROOT, env=environment).returncode


def ensure_browser() -> None:
    """Chromium drives the pages. It comes from the system, and is installed where that is allowed."""
    if any(shutil.which(name) for name in BROWSERS):
        return
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        text = _(
            "The browser tests need Chromium: apt install chromium-headless-shell libatomic1. Or: ./relasi test --no-browser"
        )
        raise Trouble(text)
    say(_("Installing Chromium for the browser tests …"))
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (
        ["update", "-q"],
        ["install", "-q", "-y", "--no-install-recommends", BROWSERS[0], "libatomic1"],
    ):
        done = subprocess.run(["apt-get", *command], env=quiet, capture_output=True, text=True)
        if done.returncode:
            said = "\n".join(done.stderr.strip().splitlines()[-5:])
            raise Trouble(_("Chromium could not be installed: %(said)s") % {"said": said})
