"""Numbering under two connections: each number once, and no gap in the series."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from django.db import connection, transaction

from relasi.engine.access.acting import SYSTEM, acting
from relasi.engine.declare.registry import registry
from relasi.engine.records.write import Draft, write
from tests.commits import real_commits
from tests.engine.aviary import build, parrot
from tests.fakes.models import Feeding


def _writes_of_one(keeper, bird, start, count):
    """Every third write fails after its number was taken."""
    start.wait()
    numbers = []
    try:
        for n in range(count):
            try:
                with acting(SYSTEM), transaction.atomic():
                    values = {"name": str(n), "parrot": bird, "owner": keeper}
                    made = write(registry.of(Feeding), [Draft(values), Draft(values)])
                    if n % 3 == 2:
                        raise KeyError
                    numbers += [record.number for record in made.records]
            except KeyError:
                pass
    finally:
        connection.close()
    return numbers


def test_two_connections_at_once_leave_no_gap_and_give_no_number_twice(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), real_commits():
        people = build()
        bird = parrot(people.keeper)
        start = Barrier(2)
        with ThreadPoolExecutor(2) as pool:
            futures = [pool.submit(_writes_of_one, people.keeper.pk, bird.pk, start, 12) for _ in range(2)]
            numbers = [number for future in futures for number in future.result()]
        assert sorted(numbers) == [f"FEE-{n:05}" for n in range(1, 33)]
        stored = Feeding._base_manager.values_list("number", flat=True)
        assert sorted(stored) == sorted(numbers)
