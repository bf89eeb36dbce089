"""The database of an installation: the embedded cluster, or the server that DATABASE_URL names."""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from typing import IO

import psycopg

from relasi.project.cluster import Cluster
from relasi.project.data_folder import DataFolder
from relasi.project.language import Trouble, _, say

OLDEST_SERVER = 17


@contextlib.contextmanager
def database(folder: DataFolder, *, alone: bool = False) -> Iterator[str]:
    """The address of a database that runs and may be used while the block runs.

    Several commands may use one embedded cluster at the same time: the first one starts it, the last one
    out stops it. `alone` stops it in any case: what `up` does when it ends.
    """
    url = os.environ.get("DATABASE_URL", "")
    if url:
        check_server(url)
        yield url
        return
    with (folder.run / "users").open("a") as users:
        fcntl.flock(users, fcntl.LOCK_SH)
        cluster = start_cluster(folder)
        try:
            yield cluster.url()
        finally:
            if alone or _is_last(users):
                cluster.stop()


def start_cluster(folder: DataFolder) -> Cluster:
    cluster = Cluster(folder.postgres)
    try:
        with (folder.run / "starting").open("a") as one_at_a_time:
            fcntl.flock(one_at_a_time, fcntl.LOCK_EX)
            _make_and_start(cluster)
    except (OSError, Trouble, psycopg.Error) as trouble:
        raise _explain(folder, trouble) from trouble
    return cluster


def _make_and_start(cluster: Cluster) -> None:
    if not cluster.exists:
        say(_("Making the database …"))
        cluster.create()
    if not cluster.pid():
        say(_("Starting PostgreSQL …"))
    cluster.start()
    cluster.ensure_database()


def _explain(folder: DataFolder, trouble: Exception) -> Trouble:
    if isinstance(trouble, OSError) or "No space left" in str(trouble):
        return folder.explain(OSError(str(trouble)) if isinstance(trouble, Trouble) else trouble)
    return trouble if isinstance(trouble, Trouble) else Trouble(str(trouble))


def _is_last(users: IO[str]) -> bool:
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def check_server(url: str) -> None:
    """Refuses a server that cannot be reached or is too old."""
    try:
        with psycopg.connect(url, connect_timeout=10) as connection:
            version = server_version(connection)
    except psycopg.Error as trouble:
        text = _("The database of DATABASE_URL cannot be reached: %(reason)s")
        raise Trouble(text % {"reason": str(trouble).strip()}) from trouble
    if version < OLDEST_SERVER * 10000:
        text = _("This PostgreSQL is version %(found)s; Relasi needs version %(oldest)s or newer.")
        raise Trouble(text % {"found": _dotted(version), "oldest": OLDEST_SERVER})


def server_version(connection: psycopg.Connection) -> int:
    """PostgreSQL's own number: 170002 is 17.2."""
    return connection.info.server_version


def _dotted(version: int) -> str:
    return f"{version // 10000}.{version % 10000}"


def has_people(url: str) -> bool:
    """Whether somebody can sign in already, asked without loading Django."""
    with psycopg.connect(url) as connection:
        if not connection.execute("SELECT to_regclass('users_user')").fetchone()[0]:
            return False
        usable = "SELECT EXISTS (SELECT 1 FROM users_user WHERE password !~ '^(!|$)')"
        return connection.execute(usable).fetchone()[0]
