"""What cannot work says so in one sentence, and leaves nothing half made."""

import os
import shutil
import stat
import subprocess
from pathlib import Path

import pytest

from relasi.project import cluster, data_folder, database
from relasi.project.cluster import ClusterTrouble
from relasi.project.data_folder import DataFolder
from relasi.project.language import Trouble
from tests.project.installation_under_test import ROOT, Installation, clean_environment


def test_an_old_server_is_refused_with_its_version(cluster_url, monkeypatch):
    monkeypatch.setattr(database, "server_version", lambda connection: 150004)
    with pytest.raises(Trouble, match=r"version 15\.4; Relasi needs version 17"):
        database.check_server(cluster_url)


def test_a_new_enough_server_is_taken(cluster_url, monkeypatch):
    monkeypatch.setattr(database, "server_version", lambda connection: 170000)
    database.check_server(cluster_url)


def test_a_server_that_is_away_is_told(tmp_path):
    with pytest.raises(Trouble, match="cannot be reached"):
        database.check_server(f"postgresql://nobody@/nothing?host={tmp_path}")


def test_another_server_is_used_by_its_address(tmp_path, cluster_url):
    installation = Installation(tmp_path / "data")
    done = installation.relasi(
        "manage", "shell", "-c", "from django.db import connection as c; c.cursor(); print(c.settings_dict)",
        environment={"DATABASE_URL": cluster_url},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert not (installation.folder / "postgres").exists()
    assert database.Cluster(Path(os.environ["RELASI_TEST_FOLDER"]) / "postgres").url() in cluster_url


@pytest.mark.parametrize("parent", ["/sys", "a file"])
def test_a_folder_that_cannot_be_written_is_told(tmp_path, parent):
    (tmp_path / "a file").touch()
    installation = Installation(tmp_path / parent / "relasi")
    done = installation.relasi("up", "--port", installation.port)
    assert done.returncode == 1
    assert f"The folder {installation.folder} cannot be written" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_full_disk_is_told_before_anything_is_made(tmp_path, monkeypatch):
    usage = shutil.disk_usage(tmp_path)._replace(free=5_000_000)
    monkeypatch.setattr(data_folder.shutil, "disk_usage", lambda path: usage)
    folder = DataFolder(tmp_path / "data")
    with pytest.raises(Trouble, match="too full: 200 MB are needed, 5 MB are free"), folder.opened():
        pass
    assert not folder.path.exists()


def test_a_disk_that_fills_while_the_database_is_made_leaves_nothing(tmp_path, monkeypatch):
    program = tmp_path / "initdb"
    program.write_text("#!/bin/sh\necho 'could not write: No space left on device' >&2\nexit 1\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setattr(cluster, "binary", lambda name: program)
    monkeypatch.setattr(cluster, "_server_user", lambda folder: [])
    monkeypatch.delenv("DATABASE_URL")
    folder = DataFolder(tmp_path / "data")
    with pytest.raises(Trouble, match="is full"), folder.opened(), database.database(folder):
        pass
    assert not folder.path.exists()


def test_data_of_another_user_is_refused(tmp_path, monkeypatch):
    folder = DataFolder(tmp_path / "data")
    with folder.opened():
        folder.postgres.mkdir()
    monkeypatch.setattr(data_folder.os, "geteuid", lambda: 4242)
    with pytest.raises(Trouble, match="belongs to user"), folder.opened():
        pass


def test_a_failed_preparation_stops_and_leaves_nothing_running(tmp_path):
    installation = Installation(tmp_path / "data")
    broken = {"DJANGO_SETTINGS_MODULE": "tests.project.no_such_settings"}
    done = installation.relasi("up", "--port", installation.port, environment=broken)
    assert done.returncode == 1
    assert "The preparation failed" in done.stderr
    assert installation.relasi("status").returncode == 3
    assert not (installation.folder / "postgres" / "postmaster.pid").exists()


def test_a_cluster_that_cannot_start_says_what_postgres_said(tmp_path):
    made = cluster.Cluster(tmp_path / "postgres", fast=True)
    made.create()
    (made.folder / "local.conf").write_text("shared_buffers = 'plenty'\n")
    with pytest.raises(ClusterTrouble, match="shared_buffers"):
        made.start()
    assert made.pid() is None


def launcher(home: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [str(home / "relasi"), *arguments],
        env=clean_environment(**environment),
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.fixture
def copy(tmp_path):
    """The launcher with its locks, in a path with spaces; the sources are those of this checkout."""
    home = tmp_path / "a copy of it"
    home.mkdir()
    for name in ("relasi", "requirements.lock", "requirements-dev.lock"):
        shutil.copy(ROOT / name, home)
    (home / "src").symlink_to(ROOT / "src")
    return home


def test_the_launcher_uses_an_environment_that_has_the_lock(copy):
    environment = copy / ".venv"
    (environment / "bin").mkdir(parents=True)
    python = environment / "bin" / "python"
    python.write_text('#!/bin/sh\necho "handed over: $*"\n')
    python.chmod(0o755)
    (environment / "installed-python").write_text(str(python))
    shutil.copy(copy / "requirements.lock", environment / "installed-requirements.lock")
    done = launcher(copy, "status", "--data", "a b")
    assert done.stdout == "handed over: -m relasi.project.command_line status --data a b\n"


@pytest.mark.parametrize(
    ("language", "words"), [("en_US", "cannot be made"), ("id_ID", "tidak dapat dibuat")]
)
def test_an_environment_that_cannot_be_made_is_told(copy, language, words):
    done = launcher(copy, "status", RELASI_VENV="/sys/relasi", LANG=f"{language}.UTF-8")
    assert done.returncode == 1
    assert words in done.stderr
    assert "RELASI_VENV=FOLDER" in done.stderr
    assert "Traceback" not in done.stderr


def test_without_python_the_launcher_names_the_package(copy, tmp_path):
    for name in ("sh", "readlink", "dirname", "cat", "cmp"):
        (tmp_path / name).symlink_to(shutil.which(name))
    done = launcher(copy, "status", PATH=str(tmp_path), LANG="id_ID.UTF-8")
    assert done.returncode == 1
    assert "apt install python3 python3-venv" in done.stderr


def test_both_locks_pin_the_same_versions():
    import re

    def pins(name: str) -> dict[str, str]:
        return dict(re.findall(r"^([A-Za-z0-9._-]+)==([^ ;\\]+)", (ROOT / name).read_text(), re.MULTILINE))

    product, development = pins("requirements.lock"), pins("requirements-dev.lock")
    assert product.items() <= development.items()
