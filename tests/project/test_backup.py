"""A backup brings everything back, and a failed restore takes nothing away."""

import tarfile

import psycopg
import pytest

from relasi.project.cluster import Cluster
from tests.project.installation_under_test import Installation, eventually


def write_note(installation: Installation, text: str) -> None:
    with psycopg.connect(Cluster(installation.folder / "postgres").url()) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS note (text text)")
        connection.execute("INSERT INTO note VALUES (%s)", [text])


def notes(installation: Installation) -> list[str]:
    with psycopg.connect(Cluster(installation.folder / "postgres").url()) as connection:
        return [row[0] for row in connection.execute("SELECT text FROM note ORDER BY 1")]


@pytest.fixture
def saved(running, tmp_path):
    """A backup taken while the installation runs."""
    write_note(running, "before")
    (running.folder / "files" / "deep").mkdir()
    (running.folder / "files" / "deep" / "surat penting.txt").write_text("isi")
    file = tmp_path / "relasi backup.tar"
    done = running.relasi("backup", file)
    assert done.returncode == 0, done.stderr
    return file


def test_a_restored_folder_has_database_files_and_key(running, saved, tmp_path):
    other = Installation(tmp_path / "elsewhere")
    assert other.relasi("restore", saved).returncode == 0
    other.up()
    try:
        assert notes(other) == ["before"]
        assert (other.folder / "files" / "deep" / "surat penting.txt").read_text() == "isi"
        key = (other.folder / "secret_key").read_text()
        assert key == (running.folder / "secret_key").read_text()
        assert eventually(lambda: other.health()["status"] == "ok")
    finally:
        other.down()


def test_the_archive_is_for_its_owner_alone(saved):
    assert saved.stat().st_mode & 0o077 == 0
    assert [
        path.name for path in saved.parent.iterdir() if ".part" in path.name or ".dump" in path.name
    ] == []


def test_restoring_refuses_while_it_runs_and_over_data(running, saved):
    assert "in use by process" in running.relasi("restore", saved).stderr
    running.down()
    refused = running.relasi("restore", saved)
    assert refused.returncode == 1
    assert "--force" in refused.stderr


def test_force_replaces_everything(running, saved):
    write_note(running, "after")
    (running.folder / "files" / "new.txt").write_text("new")
    running.down()
    done = running.relasi("restore", saved, "--force")
    assert done.returncode == 0, done.stderr
    running.up()
    assert notes(running) == ["before"]
    assert not (running.folder / "files" / "new.txt").exists()


def test_a_damaged_backup_changes_nothing(running, saved, tmp_path):
    write_note(running, "after")
    running.down()
    damaged = tmp_path / "damaged.tar"
    with tarfile.open(saved) as whole, tarfile.open(damaged, "w") as archive:
        for member in whole:
            text = whole.extractfile(member)
            if member.name == "database.dump":
                member.size //= 2
            archive.addfile(member, text)
    done = running.relasi("restore", damaged, "--force")
    assert done.returncode == 1
    assert done.stderr.strip()
    running.up()
    assert notes(running) == ["after", "before"]
    assert (running.folder / "files" / "deep" / "surat penting.txt").exists()


def test_what_is_no_backup_is_refused_before_anything_is_made(tmp_path):
    installation = Installation(tmp_path / "data")
    text = tmp_path / "letter.txt"
    text.write_text("Dear all")
    assert "not a whole backup" in installation.relasi("restore", text).stderr
    assert "There is no file" in installation.relasi("restore", tmp_path / "missing").stderr
    assert not installation.folder.exists()
