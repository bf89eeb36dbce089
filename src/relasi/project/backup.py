"""`relasi backup` and `restore`: the database, the files and the signing key in one archive."""

import contextlib
import io
import json
import os
import shutil
import subprocess
import tarfile
import time
from pathlib import Path, PurePosixPath

import psycopg
from psycopg.conninfo import conninfo_to_dict

from relasi.project.cluster import binary
from relasi.project.data_folder import DataFolder, write_whole
from relasi.project.database import database
from relasi.project.environment import secret_key
from relasi.project.language import Trouble, _, say

FORMAT = 1
ABOUT = "relasi.json"
DUMP = "database.dump"
KEY = "secret_key"
LAST = "last_backup.json"
NAMES = {
    "host": "PGHOST",
    "hostaddr": "PGHOSTADDR",
    "port": "PGPORT",
    "user": "PGUSER",
    "password": "PGPASSWORD",
    "dbname": "PGDATABASE",
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
}


def backup(folder: DataFolder, file: Path) -> int:
    """Writes the archive beside its place and renames it; may run while people work.

    The database is one consistent moment. Files are taken after it: none that it names can be missing.
    """
    if not folder.postgres.exists() and not os.environ.get("DATABASE_URL"):
        raise Trouble(_("There is no data in %(folder)s.") % {"folder": folder.path})
    making = file.with_name(f"{file.name}.{os.getpid()}.part")
    dump = file.with_name(f"{file.name}.{os.getpid()}.dump")
    try:
        with database(folder) as url:
            say(_("Saving the database …"))
            dump.touch(mode=0o600)
            _run("pg_dump", url, ["--format=custom", "--no-owner", "--no-privileges", f"--file={dump}"])
        say(_("Saving the files …"))
        making.touch(mode=0o600)
        with tarfile.open(making, "w") as archive:
            _add_text(archive, ABOUT, json.dumps({"format": FORMAT, "made": int(time.time())}))
            _add_text(archive, KEY, secret_key(folder.path))
            archive.add(dump, DUMP)
            _add_files(archive, folder.files)
        making.replace(file)
    except OSError as trouble:
        values = {"file": file, "reason": trouble.strerror or trouble}
        raise Trouble(_("The backup %(file)s cannot be written: %(reason)s.") % values) from trouble
    finally:
        for part in (making, dump):
            with contextlib.suppress(OSError):
                part.unlink()
    with contextlib.suppress(OSError):
        write_whole(folder.path / LAST, json.dumps({"file": str(file)}))
    say(_("Saved: %(file)s (%(size)s MB)") % {"file": file, "size": round(file.stat().st_size / 1e6, 1)})
    return 0


def last_backup(folder: DataFolder) -> Path | None:
    """The file of the last backup of this folder, if it is still where it was written."""
    try:
        file = Path(json.loads((folder.path / LAST).read_text())["file"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return file if file.is_file() else None


def restore(folder: DataFolder, file: Path, *, force: bool) -> int:
    bring_back(folder, file, force=force)
    say(_("Restored from %(file)s. To start: ./relasi up") % {"file": file})
    return 0


def bring_back(folder: DataFolder, file: Path, *, force: bool = False) -> None:
    """All or nothing: the database is replaced in one transaction, and the files only after it."""
    if folder.is_held():
        raise Trouble(folder.who_holds_it())
    fresh = not folder.path.exists()
    incoming = folder.path / "restoring"
    try:
        with _opened(file) as archive, folder.opened(), folder.hold(), database(folder) as url:
            if not force:
                _refuse_over_existing(folder, url)
            say(_("Unpacking the files …"))
            _unpack(archive, incoming)
            say(_("Restoring the database …"))
            _replace_database(url, incoming)
            _swap_files(folder, incoming)
            shutil.rmtree(incoming, ignore_errors=True)
    except BaseException as trouble:
        shutil.rmtree(folder.path if fresh else incoming, ignore_errors=True)
        if isinstance(trouble, tarfile.TarError):
            raise Trouble(_not_whole(file)) from trouble
        raise


def _opened(file: Path) -> tarfile.TarFile:
    """An archive of ours, checked before anything is touched."""
    try:
        archive = tarfile.open(file)  # noqa: SIM115 (the caller's with-statement closes it)
    except FileNotFoundError as trouble:
        raise Trouble(_("There is no file %(file)s.") % {"file": file}) from trouble
    except OSError as trouble:
        values = {"file": file, "reason": trouble.strerror or trouble}
        raise Trouble(_("%(file)s cannot be read: %(reason)s.") % values) from trouble
    except tarfile.TarError as trouble:
        raise Trouble(_not_whole(file)) from trouble
    try:
        about = json.loads(archive.extractfile(ABOUT).read())
        newer = about["format"] > FORMAT
        archive.getmember(DUMP)
        archive.getmember(KEY)
    except (tarfile.TarError, KeyError, ValueError, TypeError, AttributeError) as trouble:
        archive.close()
        raise Trouble(_not_whole(file)) from trouble
    if newer:
        archive.close()
        raise Trouble(_("%(file)s was made by a newer Relasi.") % {"file": file})
    return archive


def _not_whole(file: Path) -> str:
    return _("%(file)s is not a whole backup of Relasi.") % {"file": file}


def _refuse_over_existing(folder: DataFolder, url: str) -> None:
    with psycopg.connect(url) as connection:
        tables = connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone()[
            0
        ]
    if tables or any(folder.files.iterdir()):
        text = _("There is data in %(folder)s already. To replace all of it: ./relasi restore FILE --force")
        raise Trouble(text % {"folder": folder.path})


def _unpack(archive: tarfile.TarFile, target: Path) -> None:
    """Only plain files, and only inside the target, whatever the archive says."""
    shutil.rmtree(target, ignore_errors=True)
    (target / "files").mkdir(parents=True, mode=0o700)
    for member in archive:
        parts = PurePosixPath(member.name).parts
        if not member.isfile() or ".." in parts or not parts or parts[0] == "/":
            continue
        place = target.joinpath(*parts)
        place.parent.mkdir(parents=True, exist_ok=True)
        with archive.extractfile(member) as source, place.open("wb") as out:
            shutil.copyfileobj(source, out)


def _replace_database(url: str, incoming: Path) -> None:
    """One transaction: drop what is there, then everything of the dump. A failure leaves it untouched."""
    script = incoming / "database.sql"
    _run("pg_restore", url, ["--no-owner", "--no-privileges", f"--file={script}", str(incoming / DUMP)])
    clear = "DROP SCHEMA public CASCADE; CREATE SCHEMA public;"
    once = ["--single-transaction", "--quiet", "--no-psqlrc", "--set=ON_ERROR_STOP=1"]
    _run("psql", url, [*once, f"--command={clear}", f"--file={script}"])


def _swap_files(folder: DataFolder, incoming: Path) -> None:
    old = folder.path / "files.old"
    shutil.rmtree(old, ignore_errors=True)
    folder.files.rename(old)
    (incoming / "files").rename(folder.files)
    write_whole(folder.secret_key, (incoming / KEY).read_text())
    folder.secret_key.chmod(0o600)
    shutil.rmtree(old, ignore_errors=True)


def _run(program: str, url: str, arguments: list[str]) -> None:
    """The address goes through the environment: a password must not show in the list of processes."""
    address = {NAMES[key]: str(value) for key, value in conninfo_to_dict(url).items() if key in NAMES}
    environment = {**{k: v for k, v in os.environ.items() if not k.startswith("PG")}, **address}
    environment |= {"PGOPTIONS": "-c client_min_messages=warning", "PGCONNECT_TIMEOUT": "10"}
    done = subprocess.run([str(binary(program)), *arguments], env=environment, capture_output=True, text=True)
    if done.returncode:
        said = "\n".join(done.stderr.strip().splitlines()[-5:])
        raise Trouble(_("%(program)s failed: %(said)s") % {"program": program, "said": said})


def _add_text(archive: tarfile.TarFile, name: str, text: str) -> None:
    entry = tarfile.TarInfo(name)
    entry.size = len(text.encode())
    entry.mode = 0o600
    archive.addfile(entry, io.BytesIO(text.encode()))


def _add_files(archive: tarfile.TarFile, files: Path) -> None:
    for path in sorted(files.rglob("*")):
        if path.is_file():
            with contextlib.suppress(FileNotFoundError):
                archive.add(path, f"files/{path.relative_to(files).as_posix()}", recursive=False)
