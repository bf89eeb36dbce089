"""Numbering: each number once, and no gap in the series, however many write at the same moment."""

import pytest
from django.db import transaction
from django.utils import timezone

from relasi.engine.access.acting import acting
from relasi.engine.declare.registry import registry
from relasi.engine.records.numbering import NumberSeries, ensure_after, take_numbers
from relasi.engine.records.write import Draft, Refused, create, trash, write
from tests.engine.aviary import feeding, parrot
from tests.fakes.models import Feeding, Parrot


def test_numbers_run_on_across_writes_and_batches(aviary):
    with acting(aviary.keeper):
        first = create(Parrot, {"name": "a"}).number
        start = int(first.removeprefix("PAR-"))
        batch = write(registry.of(Parrot), [Draft({"name": str(n)}) for n in range(3)])
    assert [bird.number for bird in batch.records] == [f"PAR-{start + n:05}" for n in (1, 2, 3)]


def test_a_refused_write_uses_no_number(aviary):
    with acting(aviary.keeper):
        start = int(create(Parrot, {"name": "a"}).number.removeprefix("PAR-"))
        with pytest.raises(Refused):
            create(Parrot, {"name": ""})
        assert create(Parrot, {"name": "b"}).number == f"PAR-{start + 1:05}"


def test_a_write_taken_back_leaves_no_gap(aviary):
    bird = parrot(aviary.keeper)
    first = int(feeding(aviary.keeper, bird).number.removeprefix("FEE-"))
    with acting(aviary.keeper):
        try:
            with transaction.atomic():
                create(Feeding, {"name": "x", "parrot": bird.pk})
                raise KeyError
        except KeyError:
            pass
    assert feeding(aviary.keeper, bird).number == f"FEE-{first + 1:05}"


def test_a_deleted_record_keeps_its_number(aviary):
    bird = parrot(aviary.keeper)
    one = feeding(aviary.keeper, bird)
    with acting(aviary.keeper):
        trash(Feeding, [one.pk])
    assert feeding(aviary.keeper, bird).number > one.number


def test_a_number_from_outside_is_never_given_again(aviary):
    module = registry.of(Parrot)
    ensure_after(module, 5000)
    ensure_after(module, 17)
    assert take_numbers(module, 2) == ["PAR-05001", "PAR-05002"]


def test_an_admins_own_format_is_used(aviary):
    module = registry.of(Parrot)
    take_numbers(module, 1)
    NumberSeries.objects.filter(module=module.key).update(format="B/{year}/{n:03}", next=7)
    assert take_numbers(module, 1) == [f"B/{timezone.localdate().year}/007"]


@pytest.mark.django_db(transaction=False)
def test_no_numbers_asked_for_are_none(aviary):
    assert take_numbers(registry.of(Parrot), 0) == []
