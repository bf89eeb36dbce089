"""The steps of an upgrade, in a process of their own with Django: migrations one by one, then every check there is.

Of each migration it says how long it took and what others could not have done meanwhile, read from the locks it held.
"""

from __future__ import annotations

import os
import sys
import time
from dataclasses import dataclass, field
from typing import Any

import django
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from relasi.project.language import _, say

SLOW = 1.0  # seconds from which a migration is told by itself even when it kept nobody waiting
# What a lock keeps others from, the stronger first; weaker ones keep nobody from anything.
BARRED = {
    "AccessExclusiveLock": "read",
    "ExclusiveLock": "write",
    "ShareRowExclusiveLock": "write",
    "ShareLock": "write",
}
HELD = """
    SELECT c.relname, l.mode FROM pg_locks l JOIN pg_class c ON c.oid = l.relation
    WHERE l.pid = pg_backend_pid() AND l.granted AND c.relkind IN ('r', 'p') AND c.oid = ANY (%s)
"""


@dataclass
class Step:
    """One migration. seconds: it took. unread, unwritten: tables that others could not read, or not write."""

    name: str
    seconds: float = 0.0
    unread: set[str] = field(default_factory=set)
    unwritten: set[str] = field(default_factory=set)

    @property
    def waited_for(self) -> bool:
        return bool(self.unread or self.unwritten)


class Measured(MigrationExecutor):
    """Migrates as always and keeps what each step did to others."""

    def __init__(self, *given: Any):
        super().__init__(*given)
        self.steps: list[Step] = []
        self._before = _tables()

    def apply_migration(
        self, state: Any, migration: Any, fake: bool = False, fake_initial: bool = False
    ) -> Any:
        step, begun = Step(str(migration)), time.monotonic()
        plain = migration.apply

        def apply(*asked: Any, **more: Any) -> Any:
            found = plain(*asked, **more)
            _note_locks(step, self._before)
            return found

        migration.apply = apply
        try:
            return super().apply_migration(state, migration, fake, fake_initial)
        finally:
            del migration.apply
            step.seconds = time.monotonic() - begun
            self.steps.append(step)
            self._before = _tables()


def _tables() -> dict[int, str]:
    """Oid -> name of the tables that stand; what a migration makes itself keeps nobody waiting."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT oid::bigint, relname FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace"
        )
        return dict(cursor.fetchall())


def _note_locks(step: Step, tables: dict[int, str]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(HELD, [list(tables)])
        for table, mode in cursor.fetchall():
            barred = BARRED.get(mode)
            if barred == "read":
                step.unread.add(table)
            elif barred == "write":
                step.unwritten.add(table)
    step.unwritten -= step.unread


def migrate() -> list[Step]:
    from django.core.management import call_command

    from relasi.project import quick_migrations

    quick_migrations.install()
    executor = Measured(connection)
    executor.loader.check_consistent_history(connection)
    targets = executor.loader.graph.leaf_nodes()
    plan = executor.migration_plan(targets)
    if plan:
        executor.migrate(targets, plan)
        # What Django and its apps do once everything stands: kinds of content, rights, first rows of settings.
        call_command("migrate", interactive=False, verbosity=0)
    return executor.steps


def rows() -> dict[str, int]:
    """Table -> how many rows; what the session and the jobs keep comes and goes."""
    found = {}
    with connection.cursor() as cursor:
        for name in sorted(_tables().values()):
            if not name.startswith(("django_", "procrastinate_")):
                cursor.execute(f"SELECT count(*) FROM {connection.ops.quote_name(name)}")
                found[name] = cursor.fetchone()[0]
    return found


def tell_steps(steps: list[Step]) -> None:
    total = sum(step.seconds for step in steps)
    say(_("%(count)s migrations in %(seconds)s s.") % {"count": len(steps), "seconds": round(total, 1)})
    for step in steps:
        if step.waited_for or step.seconds >= SLOW:
            say(f"  {step.name}  {step.seconds:.2f} s")
            for tables, sentence in (
                (step.unread, _("nobody can read or write meanwhile: %(tables)s")),
                (step.unwritten, _("nobody can write meanwhile: %(tables)s")),
            ):
                if tables:
                    say("    " + sentence % {"tables": ", ".join(sorted(tables))})


def tell_rows(before: dict[str, int], after: dict[str, int]) -> None:
    for name, count in before.items():
        now = after.get(name)
        if now is None:
            say(
                "  "
                + _("The table %(table)s is gone; it had %(count)s rows.") % {"table": name, "count": count}
            )
        elif now < count:
            values = {"table": name, "before": count, "after": now}
            say("  " + _("%(table)s had %(before)s rows and has %(after)s.") % values)


def failures() -> int:
    """How many checks find something, each told with how many figures differ."""
    from relasi.engine.records.tying import all_checks
    from relasi.features.tie_out.running import failing

    count, begun = 0, time.monotonic()
    checks = all_checks()
    for check in checks:
        differing = failing(check)[1]
        if differing:
            count += 1
            say("  " + _("%(check)s: %(count)s figures differ.") % {"check": check.key, "count": differing})
    values = {"count": len(checks), "failed": count, "seconds": round(time.monotonic() - begun, 1)}
    say(_("%(count)s checks in %(seconds)s s, %(failed)s of them find something.") % values)
    return count


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "relasi.project.settings")
    django.setup()
    before = rows()
    steps = migrate()
    tell_steps(steps)
    tell_rows(before, rows())
    return 1 if failures() else 0


if __name__ == "__main__":
    sys.exit(main())
