"""Settings of every test run: the product's own, with an app of fake modules beside the real ones."""

import os
from pathlib import Path

# Each worker of a run has a folder of its own. Said here because a worker reads its settings before tests/conftest.py.
if "RELASI_TEST_FOLDER" in os.environ:
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    os.environ["RELASI_DATA"] = str(Path(os.environ["RELASI_TEST_FOLDER"]) / worker)

from relasi.project.settings import *  # noqa: F403
from relasi.project.settings import INSTALLED_APPS as REAL_APPS

# The app that binds the registry stays last, when every module is there.
INSTALLED_APPS = [*REAL_APPS[:-1], "tests.fakes", REAL_APPS[-1]]
