"""Many save at once: no two get the same turn, and all get as many."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from relasi.engine.access.acting import SYSTEM, acting
from relasi.engine.assigning.note import AssignmentNote
from relasi.engine.records.write import create
from tests.commits import real_commits
from tests.engine.assigning.ruling import rule, team
from tests.fakes.models import Parrot

EACH, MEMBERS, WORKERS = 25, 4, 10


@pytest.fixture
def group(django_db_setup: None, django_db_blocker: Any) -> Any:
    with django_db_blocker.unblock(), real_commits():
        yield team("Ani", "Budi", "Citra", "Dodi")


@pytest.mark.parametrize("mode", ["round_robin", "least_loaded", "weighted"])
def test_a_hundred_creations_at_once_give_each_of_four_members_twenty_five(group: Any, mode: str) -> None:
    group, people = group
    rule(group, people, mode)
    start = Barrier(WORKERS)

    def run(worker: int) -> None:
        try:
            start.wait(60)
            for n in range(EACH * MEMBERS // WORKERS):
                with acting(SYSTEM):
                    create(Parrot, {"name": f"Kakatua {worker} {n}", "owner": group.pk})
        finally:
            connection.close()

    with ThreadPoolExecutor(WORKERS) as pool:
        for future in [pool.submit(run, n) for n in range(WORKERS)]:
            future.result(timeout=180)
    got = Counter(Parrot._base_manager.values_list("owner_id", flat=True))
    assert got == {one.pk: EACH for one in people}
    in_order = list(AssignmentNote.objects.order_by("pk").values_list("user_id", flat=True))
    assert len(in_order) == EACH * MEMBERS
    # Each round of four holds everybody once, so nobody was ever given the same turn.
    assert all(len({*in_order[n : n + MEMBERS]}) == MEMBERS for n in range(0, len(in_order), MEMBERS))
