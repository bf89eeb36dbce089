"""People at once, each on a connection of their own, do whatever they like with the same documents: afterwards every
figure ties out."""

import os
import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from relasi.engine.access.acting import acting
from relasi.engine.records.again import whole
from tests.commits import real_commits
from tests.company import found_company
from tests.modules.office import ACTS, Office, all_is_sound

ROUNDS = int(os.environ.get("RELASI_TEST_ROUNDS", "1"))
FIRST = int(os.environ.get("RELASI_TEST_FIRST_ROUND", "0"))
PEOPLE, BEFORE, EACH = 4, 30, 25


@pytest.fixture
def company(django_db_setup: None, django_db_blocker: Any) -> Iterator[Any]:
    with django_db_blocker.unblock(), real_commits():
        yield found_company()


def told(chance: random.Random) -> tuple[str, int, int]:
    return chance.choice(ACTS), chance.randint(0, 60), chance.randint(0, 60)


def plays(office: Office, who: int, chance: random.Random, start: Barrier) -> None:
    try:
        start.wait(60)
        for _n in range(EACH):
            act = partial(office.do, who, *told(chance))
            whole(act)  # as every page does
    finally:
        connection.close()


@pytest.mark.parametrize("seed", range(FIRST, FIRST + ROUNDS))
def test_whatever_people_do_at_once_everything_ties_out(company: Any, seed: int) -> None:
    chance = random.Random(seed)
    office = Office([company.admin, company.hire("Budi", "Direktur", type="admin"), company.sales_a])
    for _n in range(BEFORE):
        office.do(0, *told(chance))
    start = Barrier(PEOPLE)
    with ThreadPoolExecutor(PEOPLE) as pool:
        playing = [
            pool.submit(plays, office, who, random.Random(1000 * seed + who), start) for who in range(PEOPLE)
        ]
        for one in playing:
            one.result(timeout=120)
    with acting(company.admin):
        all_is_sound()
