"""What is typed after ./relasi, and the environment that follows from it."""

import os
from concurrent.futures import ThreadPoolExecutor

import pytest

from relasi.project import command_line, language, runtime
from relasi.project.command_line import take_option
from relasi.project.data_folder import DataFolder
from relasi.project.environment import database_from_url, secret_key
from relasi.project.language import Trouble


@pytest.mark.parametrize(
    ("arguments", "rest", "found"),
    [
        (["migrate"], ["migrate"], None),
        (["--data", "a b", "migrate"], ["migrate"], "a b"),
        (["migrate", "--data=x=y", "--fake"], ["migrate", "--fake"], "x=y"),
        (["shell", "-c", "--database"], ["shell", "-c", "--database"], None),
    ],
)
def test_the_data_folder_is_taken_out_of_anothers_arguments(arguments, rest, found):
    assert take_option(arguments, "--data") == (rest, found)


def test_an_option_without_its_value_is_told():
    with pytest.raises(Trouble, match="--data needs a value"):
        take_option(["migrate", "--data"], "--data")


@pytest.mark.parametrize("port", ["0", "65536", "web", "-1", "８０００x"])
def test_a_port_that_is_none_is_refused(port, capsys):
    with pytest.raises(SystemExit):
        command_line.main(["up", f"--port={port}"])
    assert "a port is a number from 1 to 65535" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("variables", "wanted"),
    [
        ({"LANG": "id_ID.UTF-8"}, "id"),
        ({"LANG": "en_US.UTF-8"}, "en"),
        ({"LANG": "id_ID.UTF-8", "LC_ALL": "C"}, "en"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({}, "en"),
    ],
)
def test_the_terminal_chooses_the_language(monkeypatch, variables, wanted):
    for name in ("LANG", "LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert language.language() == wanted


@pytest.mark.parametrize(
    ("address", "https", "hosts"),
    [
        ("127.0.0.1", "0", "127.0.0.1,localhost,[::1]"),
        ("::1", "0", "127.0.0.1,localhost,[::1]"),
        ("localhost", "0", "127.0.0.1,localhost,[::1]"),
        ("0.0.0.0", "1", None),
        ("192.168.1.5", "1", None),
    ],
)
def test_plain_http_is_for_this_machine_alone(monkeypatch, tmp_path, address, https, hosts):
    for name in ("RELASI_HTTPS", "RELASI_HOSTS"):
        monkeypatch.delenv(name, raising=False)
    found = runtime.runtime_environment(DataFolder(tmp_path), "postgresql:///x", address=address)
    assert found["RELASI_HTTPS"] == https
    assert found.get("RELASI_HOSTS") == hosts


def test_what_the_operator_set_wins(monkeypatch, tmp_path):
    monkeypatch.setenv("RELASI_HTTPS", "1")
    found = runtime.runtime_environment(DataFolder(tmp_path), "postgresql:///x")
    assert found["RELASI_HTTPS"] == "1"


def test_processes_that_start_together_share_one_signing_key(monkeypatch, tmp_path):
    monkeypatch.delenv("RELASI_SECRET_KEY", raising=False)
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _number: secret_key(tmp_path), range(8)))
    assert len(keys) == 1
    assert len(keys.pop()) >= 50
    assert (tmp_path / "secret_key").stat().st_mode & 0o077 == 0
    assert os.listdir(tmp_path) == ["secret_key"]


@pytest.mark.parametrize(
    ("url", "wanted"),
    [
        ("postgresql://budi:p%40ss@db.example:5433/crm", ("db.example", "5433", "budi", "p@ss", "crm")),
        ("postgresql://relasi@/relasi?host=%2Fa%20b%2Frun", ("/a b/run", "", "relasi", "", "relasi")),
        ("", ("", "", "", "", "relasi")),
    ],
)
def test_a_database_address_becomes_settings(url, wanted):
    found = database_from_url(url)
    assert tuple(found[name] for name in ("HOST", "PORT", "USER", "PASSWORD", "NAME")) == wanted
