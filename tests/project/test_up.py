"""An installation comes up, stays up whatever is killed, and says clearly why it cannot."""

import os
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.project.installation_under_test import Installation, eventually, free_port, lives


def test_a_new_folder_becomes_an_installation(tmp_path):
    installation = Installation(tmp_path / "new data")
    try:
        said = installation.up()
        assert f"Relasi siap: http://127.0.0.1:{installation.port}\n" in said
        assert "First run: open that page" in said
        assert installation.get("/") == (200, "hello")
        assert (installation.folder / "secret_key").stat().st_mode & 0o077 == 0
    finally:
        installation.down()


def test_a_second_run_is_ready_quickly(installation):
    started = time.monotonic()
    said = installation.up()
    assert "Preparing" not in said
    assert time.monotonic() - started < 6  # 1.6 s on a quiet machine of two cores


def test_down_leaves_nothing_running(running):
    pids = [running.pid(name) for name in ("postgres", "web", "live", "worker")]
    running.down()
    assert not [pid for pid in pids if lives(pid)]
    assert running.relasi("status").returncode == 3


def test_status_names_every_process(running):
    eventually(lambda: running.health()["worker"] == "ok")
    done = running.relasi("status")
    assert done.returncode == 0, done.stdout
    assert [line.split()[0] for line in done.stdout.splitlines()[:5]] == [
        "relasi",
        "postgres",
        "web",
        "live",
        "worker",
    ]


@pytest.mark.parametrize("name", ["web", "live", "worker"])
def test_a_killed_process_is_started_again(running, name):
    ended = running.kill(name)
    assert eventually(lambda: running.pid(name) not in (None, ended))
    assert eventually(lambda: running.health()["status"] == "ok")


def test_a_killed_postgres_is_started_again(running):
    ended = running.kill("postgres")
    assert eventually(lambda: running.pid("postgres") != ended)
    assert eventually(lambda: running.health()["database"] == "ok")
    assert eventually(lambda: running.health()["worker"] == "ok")


def test_after_its_supervisor_was_killed_it_can_be_started_again(running):
    pids = [running.pid(name) for name in ("web", "live", "worker")]
    running.kill("relasi")
    eventually(lambda: not any(lives(pid) for pid in pids))
    assert running.relasi("status").returncode == 3
    running.up()
    assert running.get("/") == (200, "hello")


def test_down_ends_the_postgres_of_a_killed_supervisor(running):
    postgres = running.pid("postgres")
    running.kill("relasi")
    eventually(lambda: running.relasi("down").returncode == 0)
    assert not lives(postgres)


def test_a_second_up_says_who_holds_the_data(running):
    done = running.relasi("up", "--port", free_port())
    assert done.returncode == 1
    assert f"in use by process {running.state()['pid']}" in done.stderr
    assert running.get("/") == (200, "hello")


def test_of_two_that_start_at_once_one_runs_and_the_other_says_who(tmp_path):
    installation = Installation(tmp_path / "data")
    try:
        with ThreadPoolExecutor() as pool:
            words = ("up", "--port", installation.port, "--detach")
            done = [*pool.map(lambda _number: installation.relasi(*words), range(2))]
        assert sorted(one.returncode for one in done) == [0, 1]
        assert "in use by process" in next(one.stderr + one.stdout for one in done if one.returncode)
        assert installation.get("/") == (200, "hello")
    finally:
        installation.down()


def test_a_taken_port_is_told_with_a_free_one(tmp_path):
    installation = Installation(tmp_path / "data")
    with socket.socket() as other:
        other.bind(("127.0.0.1", installation.port))
        other.listen()
        done = installation.relasi("up", "--port", installation.port)
    assert done.returncode == 1
    assert f"Port {installation.port} is taken" in done.stderr
    offered = int(done.stderr.rsplit("--port ", 1)[1])
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", offered))
    assert not installation.folder.exists()


def test_indonesian_terminals_get_the_same_ready_line(installation):
    installation.environment |= {"LANG": "id_ID.UTF-8"}
    assert f"Relasi siap: http://127.0.0.1:{installation.port}\n" in installation.up()


def test_in_the_foreground_sigterm_stops_everything(installation):
    words = ["up", "--data", str(installation.folder), "--port", str(installation.port)]
    with subprocess.Popen(
        [sys.executable, "-m", "relasi.project.command_line", *words],
        env=installation.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert any(line.startswith("Relasi siap:") for line in process.stdout)
        pids = [installation.pid(name) for name in ("postgres", "web", "live", "worker")]
        asked = time.monotonic()
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=15) == 0
    assert time.monotonic() - asked < 8
    assert not [pid for pid in pids if lives(pid)]


def test_logs_are_json_without_paths_or_queries(running):
    assert running.get("/tell?topic=secret-topic")[0] == 200
    log = running.folder / "logs" / "web.log"
    eventually(lambda: '"route": "tell"' in log.read_text())
    assert "secret-topic" not in log.read_text()
    shown = running.relasi("logs", "web", "--lines", 5)
    assert shown.returncode == 0
    assert '"route": "tell"' in shown.stdout


def test_what_runs_under_a_700_folder_works(installation):
    os.chmod(installation.folder.parent, 0o700)
    installation.up()
    assert installation.get("/") == (200, "hello")


def test_standard_output_belongs_to_the_command_that_is_run(installation):
    done = installation.relasi("manage", "shell", "-v", "0", "-c", "print('only this')")
    assert done.stdout == "only this\n"
    assert "Starting PostgreSQL" in done.stderr
    assert not (installation.folder / "postgres" / "postmaster.pid").exists()


def test_a_command_on_a_running_installation_leaves_it_running(running):
    done = running.relasi("manage", "check")
    assert done.returncode == 0, done.stderr
    assert running.get("/") == (200, "hello")
