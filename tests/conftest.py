"""What every test stands on: a throw-away PostgreSQL for the whole run, one database for each worker.

Everything here happens before Django reads its settings. RELASI_TEST_DATABASE_URL runs the tests on a
server of your own instead; DATABASE_URL is never touched by tests.
"""

import atexit
import gc
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings as hypothesis_settings

from relasi.project.cluster import Cluster
from relasi.project.language import compile_catalogues

STARTED: list[Cluster] = []

# No test fails for being slow on a busy machine.
hypothesis_settings.register_profile("relasi", deadline=None)
hypothesis_settings.load_profile("relasi")


def _prepare_environment() -> None:
    """The first process of a run starts the cluster; xdist's workers inherit its address."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    if "RELASI_TEST_FOLDER" not in os.environ:
        folder = Path(tempfile.mkdtemp(prefix="relasi-tests-"))
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        os.environ["RELASI_TEST_FOLDER"] = str(folder)
        compile_catalogues()
        os.environ["DATABASE_URL"] = os.environ.get("RELASI_TEST_DATABASE_URL") or _start_cluster(folder)
    home = Path(os.environ["RELASI_TEST_FOLDER"]) / worker
    (home / "static").mkdir(parents=True, exist_ok=True)
    os.environ["RELASI_DATA"] = str(home)
    os.environ["RELASI_SECRET_KEY"] = "only-for-tests-" * 4
    os.environ["RELASI_HTTPS"] = "0"
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    # Playwright keeps an event loop in the thread that runs the test; the ORM would refuse to work there.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"


def _start_cluster(folder: Path) -> str:
    cluster = Cluster(folder / "postgres", fast=True)
    cluster.create()
    cluster.start(with_parent=True)
    cluster.ensure_database()
    STARTED.append(cluster)
    atexit.register(cluster.stop)
    return cluster.url()


_prepare_environment()


def pytest_configure(config: pytest.Config) -> None:
    """Quick password hashing, static files without a manifest, and one database for all who ask."""
    from django.conf import settings
    from pytest_django import fixtures

    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = settings.STORAGES | {"staticfiles": plain}
    # Whoever asks for the database gets it: `django_db_setup` alone, as for tests that commit, counts as asking.
    fixtures._get_databases_for_setup = lambda _items: ({"default"}, set())


# Files that take longest, or wait for a browser or a process while the other worker computes, begin first.
LONG = (
    "tests/browser/",
    "tests/project/",
    "tests/walk/test_prover",
    "tests/engine/api/test_openapi",
    "tests/walk/",
)


def _begins(item: pytest.Item) -> int:
    return next((place for place, start in enumerate(LONG) if item.nodeid.startswith(start)), len(LONG))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=_begins)


def pytest_collection_finish() -> None:
    """What was imported stays for the whole run: the collector need not look through it again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """A test that commits puts back what a new database holds; Django alone would leave empty tables behind it."""
    from django.test import TransactionTestCase

    from tests.commits import everything, put_back

    with django_db_blocker.unblock():
        new = everything()
    TransactionTestCase._fixture_teardown = lambda _test: put_back(new)


@pytest.fixture(scope="session")
def cluster_url() -> str:
    """The address of the run's PostgreSQL, for tests that make databases of their own."""
    return os.environ["DATABASE_URL"]


@pytest.fixture(scope="module", autouse=True)
def _nothing_shared_after_a_file() -> Iterator[None]:
    yield
    from tests.worlds import let_go

    let_go()


@pytest.fixture
def _shared_ground(request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: Any) -> None:
    """The small company is built for the first test of a file that asks for it, and stays for those after it as long as
    they ask for it too. A test that asks for none gets an empty database, and so does one that commits."""
    from tests.company import found_company
    from tests.worlds import let_go, share

    marker = request.node.get_closest_marker("django_db")
    commits = (marker and marker.kwargs.get("transaction")) or {"transactional_db", "live_server"} & set(
        request.fixturenames
    )
    if "_company" in request.fixturenames and not commits:
        share(django_db_blocker, found_company)
    else:
        let_go()


@pytest.fixture
def _django_db_helper(_shared_ground: None, _django_db_helper: None) -> None:
    """Whoever gets the database gets it on that ground."""


# Apart from `company`, so that a file with a company of another kind is known to ask for something else.
@pytest.fixture
def _company(db: None) -> Any:
    from tests.company import found_company
    from tests.worlds import shared

    standing = shared()
    return standing.copy() if standing else found_company()


@pytest.fixture
def company(_company: Any) -> Any:
    """The small company of tests.company: its people, roles and profiles."""
    return _company


@pytest.fixture
def as_admin(company: Any) -> Any:
    """Its admin acts for the whole test."""
    from relasi.engine.access.acting import acting

    with acting(company.admin) as stretch:
        yield stretch
