"""An upgrade is rehearsed on a copy: it says what it would do to people, and what they work with stays as it is."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from django.db import connection, migrations, models
from django.db.migrations.state import ProjectState

from relasi.project.cluster import Cluster
from relasi.project.upgrade_steps import Measured
from tests.project.installation_under_test import Installation, clean_environment

# Whose last migrations can be taken back and done again.
APP, BEFORE = "query", "0005_feed_user"


def applied(installation: Installation) -> list[str]:
    with psycopg.connect(Cluster(installation.folder / "postgres").url()) as there:
        rows = there.execute("SELECT name FROM django_migrations WHERE app = %s ORDER BY name", [APP])
        return [row[0] for row in rows]


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The whole product on a database that is one migration behind, running."""
    found = Installation(tmp_path_factory.mktemp("behind") / "data")
    found.environment = clean_environment()
    found.up()
    yield found
    found.relasi("down")


def test_the_rehearsal_migrates_a_copy_and_says_how_it_went(product: Installation, tmp_path: Any) -> None:
    done = product.relasi("manage", "migrate", APP, BEFORE)
    assert done.returncode == 0, done.stderr
    behind = applied(product)
    assert product.relasi("backup", tmp_path / "kemarin.tar").returncode == 0
    there = sorted(path.name for path in product.folder.parent.iterdir())
    done = product.relasi("upgrade", "--rehearse")
    assert done.returncode == 0, done.stdout + done.stderr
    assert (
        "kemarin.tar" in done.stdout
        and "migrations in" in done.stdout
        and "0 of them find something" in done.stdout
    )
    assert applied(product) == behind
    assert sorted(path.name for path in product.folder.parent.iterdir()) == there


def test_a_figure_that_does_not_add_up_fails_the_rehearsal(product: Installation) -> None:
    with psycopg.connect(Cluster(product.folder / "postgres").url()) as there:
        there.execute("INSERT INTO billing_customersum (source, party, owner, currency, amount, home, documents, gathered) "
                      "VALUES ('debt', 1, 1, 'IDR', 5, 5, 1, false)")  # fmt: skip
    (product.folder / "last_backup.json").unlink(missing_ok=True)
    done = product.relasi("upgrade", "--rehearse")
    assert done.returncode == 1
    assert "kept-accounts" in done.stdout


def test_the_upgrade_waits_until_it_is_stopped_and_saves_everything_first(product: Installation) -> None:
    refused = product.relasi("upgrade")
    assert refused.returncode == 1 and "in use by process" in refused.stderr
    product.down()
    product.relasi("upgrade")
    assert len(list((product.folder / "backups").glob("before-upgrade-*.tar"))) == 1


@pytest.mark.django_db
def test_a_step_names_the_tables_others_could_not_use() -> None:
    migration = migrations.Migration("0001_more", "users")
    migration.operations = [
        migrations.RunSQL("ALTER TABLE customers_contact ADD COLUMN more text"),
        migrations.RunSQL("CREATE INDEX more_fast ON customers_account (id)"),
        migrations.CreateModel("Fresh", [("id", models.AutoField(primary_key=True))]),
    ]
    executor = Measured(connection)
    executor.apply_migration(ProjectState(), migration)
    [step] = executor.steps
    assert (step.unread, step.unwritten) == ({"customers_contact"}, {"customers_account"})
    assert step.waited_for and step.seconds > 0
