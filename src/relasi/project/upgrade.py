"""`relasi upgrade`: brings the data to this version after a backup, or rehearses that on a copy beside it.

The rehearsal restores the last backup, or one made now, into a folder of its own with a PostgreSQL of its own, migrates there,
checks every figure, and says how long it took and whom it would have kept waiting. What people work with is not touched.
"""

import contextlib
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from relasi.project.backup import backup, bring_back, last_backup
from relasi.project.data_folder import DataFolder
from relasi.project.database import database
from relasi.project.language import Trouble, _, say
from relasi.project.runtime import runtime_environment
from relasi.project.supervisor import module

STEPS = "relasi.project.upgrade_steps"


def upgrade(folder: DataFolder, file: Path | None) -> int:
    """A backup first, then every migration that is due. Raises Trouble while Relasi runs."""
    if folder.is_held():
        raise Trouble(folder.who_holds_it())
    backup(folder, file or _next_file(folder))
    with folder.opened(), folder.hold(), database(folder) as url:
        return _run_steps(folder, url)


def rehearse(folder: DataFolder, file: Path | None) -> int:
    """0 when all of it went well, 1 when a migration fails or a figure no longer adds up."""
    place = Path(tempfile.mkdtemp(prefix="rehearsal-", dir=_beside(folder)))
    try:
        file = file or last_backup(folder)
        if file is None:
            file = place / "now.tar"
            backup(folder, file)
        copy = DataFolder(place / "data")
        begun = time.monotonic()
        with _own_server():
            bring_back(copy, file)
            values = {"file": file.name, "seconds": round(time.monotonic() - begun, 1)}
            say(_("Restored %(file)s beside the data in %(seconds)s s.") % values)
            with copy.opened(), database(copy, alone=True) as url:
                return _run_steps(copy, url)
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _run_steps(folder: DataFolder, url: str) -> int:
    return subprocess.run(module(STEPS), env=runtime_environment(folder, url)).returncode


def _next_file(folder: DataFolder) -> Path:
    place = folder.path / "backups"
    place.mkdir(mode=0o700, exist_ok=True)
    return place / f"before-upgrade-{datetime.now():%Y-%m-%d-%H%M%S}.tar"


def _beside(folder: DataFolder) -> Path:
    """On the same disk, where what fits once may fit twice; else wherever there is room for what passes."""
    parent = folder.path.parent
    return parent if os.access(parent, os.W_OK) else Path(tempfile.gettempdir())


@contextlib.contextmanager
def _own_server() -> Iterator[None]:
    """Without the server of DATABASE_URL: a rehearsal must never meet the data people work with."""
    kept = os.environ.pop("DATABASE_URL", None)
    try:
        yield
    finally:
        if kept is not None:
            os.environ["DATABASE_URL"] = kept
