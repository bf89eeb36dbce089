"""Installations for the tests of the launcher: prepared once, copied for each test."""

import shutil
from pathlib import Path

import pytest

from tests.project.installation_under_test import Installation


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of an installation that ran once and was stopped."""
    folder = tmp_path_factory.mktemp("prepared") / "data"
    installation = Installation(folder)
    installation.up()
    installation.down()
    return folder


@pytest.fixture
def installation(prepared: Path, tmp_path: Path):
    """A stopped installation, in a path with a space."""
    folder = tmp_path / "the data" / "of us"
    shutil.copytree(prepared, folder, ignore=shutil.ignore_patterns("run"))
    found = Installation(folder)
    yield found
    found.relasi("down")


@pytest.fixture
def running(installation: Installation) -> Installation:
    installation.up()
    return installation
