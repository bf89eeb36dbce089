"""The embedded PostgreSQL survives what machines do to it."""

import os
import signal
import time
from pathlib import Path

import psycopg
import pytest

from relasi.project.cluster import Cluster, ClusterTrouble
from relasi.project.sockets import LONGEST_NAME, LONGEST_SOCKET_PATH


@pytest.fixture
def cluster(tmp_path: Path):
    made = Cluster(tmp_path / "with a space" / "postgres", fast=True)
    made.create()
    made.start(with_parent=True)
    yield made
    made.stop()


def one(cluster: Cluster, query: str) -> object:
    with psycopg.connect(cluster.url("postgres")) as connection:
        return connection.execute(query).fetchone()[0]


def test_text_is_utf8_and_sorted_by_the_builtin_provider(cluster):
    assert one(cluster, "SHOW server_encoding") == "UTF8"
    query = "SELECT format('%s %s', datlocprovider, datlocale) FROM pg_database WHERE datname = 'template1'"
    assert one(cluster, query) == "b C.UTF-8"


def test_nothing_listens_on_the_network(cluster):
    assert one(cluster, "SHOW listen_addresses") == ""
    assert cluster.socket_folder.stat().st_mode & 0o077 == 0


def test_it_starts_again_after_kill_9_with_an_open_connection(cluster):
    first = cluster.pid()
    with psycopg.connect(cluster.url("postgres")):
        os.kill(first, signal.SIGKILL)
        while cluster.pid():
            time.sleep(0.01)
        cluster.start(with_parent=True)
    assert cluster.pid() not in (None, first)
    assert one(cluster, "SELECT 1") == 1


def test_starting_twice_keeps_the_running_server(cluster):
    first = cluster.pid()
    Cluster(cluster.folder, fast=True).start()
    assert cluster.pid() == first


def test_a_stale_pid_file_that_names_a_stranger_is_no_obstacle(cluster):
    cluster.stop()
    (cluster.folder / "postmaster.pid").write_text(
        f"{os.getppid()}\n{cluster.folder}\n1\n5432\n\n\n\nready\n"
    )
    assert cluster.pid() is None
    cluster.start(with_parent=True)
    assert one(cluster, "SELECT 1") == 1


def test_a_long_path_gets_a_short_private_socket_folder(tmp_path):
    cluster = Cluster(tmp_path / ("x" * 120) / "postgres", fast=True)
    assert len(os.fsencode(cluster.socket_folder / LONGEST_NAME)) <= LONGEST_SOCKET_PATH
    cluster.create()
    cluster.start(with_parent=True)
    assert one(cluster, "SELECT 1") == 1
    cluster.stop()
    assert not cluster.socket_folder.exists()


def test_an_operators_own_settings_win(cluster):
    (cluster.folder / "local.conf").write_text("work_mem = '77MB'\n")
    cluster.stop()
    cluster.start(with_parent=True)
    assert one(cluster, "SHOW work_mem") == "77MB"


def test_a_failed_creation_leaves_nothing_behind(tmp_path, monkeypatch):
    monkeypatch.setattr("relasi.project.cluster.binary", lambda name: Path("/bin/false"))
    with pytest.raises(ClusterTrouble):
        Cluster(tmp_path / "postgres").create()
    assert list(tmp_path.iterdir()) == []
