"""What must be true before the first page is served: tables, static files, and the demo when asked for.

The launcher decides without loading Django whether anything is due, and only then runs this module in
a process of its own: `python -m relasi.project.preparation [migrate] [static] [demo]`.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import psycopg

from relasi.project.data_folder import DataFolder, write_whole
from relasi.project.database import has_people
from relasi.project.language import Trouble, _, compile_catalogues, say

PACKAGE = Path(__file__).resolve().parents[1]
LOCK = PACKAGE.parents[1] / "requirements.lock"


def prepare(folder: DataFolder, url: str, environment: dict[str, str], *, demo: bool) -> str:
    """Does what is due. Answers what the demo printed: its users and passwords, or nothing."""
    compile_catalogues_if_possible()
    if demo and has_people(url):
        say(_("There are people in this database already: the demo company was not loaded."))
        demo = False
    stamp = _Stamp(folder, url)
    steps = [*stamp.due(), *(["demo"] if demo else [])]
    if not steps:
        return ""
    table = folder.run / "demo.txt"
    table.unlink(missing_ok=True)
    command = [sys.executable, "-m", "relasi.project.preparation", *steps]
    if subprocess.run(command, env=environment, stdout=sys.stdout).returncode:
        raise Trouble(_("The preparation failed; see above. Nothing is running."))
    stamp.write()
    text = table.read_text() if table.exists() else ""
    table.unlink(missing_ok=True)
    return text


def compile_catalogues_if_possible() -> None:
    try:
        compile_catalogues()
    except PermissionError:
        say(_("The translations cannot be compiled: this copy of Relasi may not be written."))


class _Stamp:
    """Which migrations and static files this data folder has, so that a second start skips them.

    Migrations are compared in both directions: the files of this version, and the rows of the database.
    """

    def __init__(self, folder: DataFolder, url: str):
        self.url = url
        self.place = folder.path / "prepared.json"
        self.folder = folder
        tables = [*PACKAGE.glob("**/migrations/*.py"), *PACKAGE.glob("**/defaults.py")]
        self.files = _fingerprint([LOCK, *tables])
        self.static = _fingerprint([LOCK, *(p for p in (PACKAGE / "static").rglob("*") if p.is_file())])

    def due(self) -> list[str]:
        try:
            known = json.loads(self.place.read_text())
        except (OSError, ValueError):
            known = {}
        migrated = known.get("files") == self.files and known.get("applied") == self._applied()
        collected = known.get("static") == self.static and self.folder.static.exists()
        return [*([] if migrated else ["migrate"]), *([] if collected else ["static"])]

    def write(self) -> None:
        known = {"files": self.files, "applied": self._applied(), "static": self.static}
        write_whole(self.place, json.dumps(known))

    def _applied(self) -> str:
        with psycopg.connect(self.url) as connection:
            if not connection.execute("SELECT to_regclass('django_migrations')").fetchone()[0]:
                return ""
            rows = connection.execute("SELECT app, name FROM django_migrations ORDER BY app, name").fetchall()
        return hashlib.sha256(repr(rows).encode()).hexdigest()


def _fingerprint(files: Iterable[Path]) -> str:
    """Changes when a file comes, goes or is written; reading only names, sizes and times."""
    total = hashlib.sha256()
    for file in sorted(files):
        found = file.stat()
        total.update(f"{file}\0{found.st_size}\0{found.st_mtime_ns}\n".encode())
    return total.hexdigest()


class _Counting:
    """Takes what `migrate` prints and shows how far it is."""

    def __init__(self) -> None:
        self.count = 0
        self.terminal = sys.stdout.isatty()

    def write(self, text: str) -> None:
        if "Applying " in text:
            self.count += 1
            if self.terminal:
                sys.stdout.write(f"\r\033[K  {self.count} {text.strip()}")
            elif self.count % 20 == 0:
                sys.stdout.write(f"  {self.count}\n")
            sys.stdout.flush()

    def flush(self) -> None:
        if self.terminal and self.count:
            sys.stdout.write("\r\033[K")
            sys.stdout.flush()


def _migrate() -> None:
    from django.core.management import call_command

    say(_("Preparing the tables …"))
    counting = _Counting()
    call_command("migrate", interactive=False, stdout=counting)
    counting.flush()
    call_command("createcachetable", verbosity=0)


def _collect_static() -> None:
    """Collects beside the served folder and swaps, so that pages never meet half of the files."""
    from django.conf import settings
    from django.core.management import call_command

    say(_("Preparing styles and scripts …"))
    served = Path(settings.STATIC_ROOT)
    making = served.with_name("static.making")
    shutil.rmtree(making, ignore_errors=True)
    settings.STATIC_ROOT = making
    call_command("collectstatic", interactive=False, verbosity=0)
    old = served.with_name("static.old")
    if served.exists():
        served.rename(old)
    making.rename(served)
    shutil.rmtree(old, ignore_errors=True)


def _load_demo() -> None:
    import io

    from django.core.management import call_command

    say(_("Making the demo company …"))
    table = io.StringIO()
    call_command("demo_company", stdout=table)
    place = DataFolder(os.environ["RELASI_DATA"]).run / "demo.txt"
    place.touch(mode=0o600)
    place.write_text(table.getvalue())


def main(steps: list[str]) -> int:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "relasi.project.settings")
    django.setup()
    known = {"migrate": _migrate, "static": _collect_static, "demo": _load_demo}
    for step in steps:
        known[step]()
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
