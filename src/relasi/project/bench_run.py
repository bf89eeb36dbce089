"""`relasi bench`: measures this machine on installations of its own, thrown away afterwards or kept."""

import shutil
import subprocess
import tempfile
from pathlib import Path

from relasi.project.data_folder import DataFolder
from relasi.project.database import database
from relasi.project.language import Trouble
from relasi.project.preparation import prepare
from relasi.project.runtime import runtime_environment
from relasi.project.supervisor import module

ROOT = Path(__file__).resolve().parents[3]


def run_benchmark(arguments: list[str], kept: str | None) -> int:
    """With `kept` the measured installations stay in that folder, so that a second run need not fill them.

    A small company beside the one asked for tells whether a list's page grows slower with the records.
    """
    place = Path(kept).resolve() if kept else Path(tempfile.mkdtemp(prefix="relasi-bench-"))
    small = place / "small.json"
    compares = not {"--only", "--load-only"} & set(arguments)
    try:
        failed = _run(place / "small", "--small", str(small)) if compares else 0
        return failed or _run(place / "company", *arguments, "--beside", str(small))
    finally:
        if not kept:
            shutil.rmtree(place, ignore_errors=True)


def _run(place: Path, *arguments: str) -> int:
    folder = DataFolder(place)
    if folder.is_held():
        raise Trouble(folder.who_holds_it())
    with folder.opened(), database(folder) as url:
        environment = runtime_environment(folder, url)
        prepare(folder, url, environment, demo=False)
        return subprocess.run(module("benchmarks.bench", *arguments), cwd=ROOT, env=environment).returncode
