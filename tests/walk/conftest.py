"""The world of the walk, built once for each of its files; every test runs in a savepoint of its own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.walk.world import World


@pytest.fixture(scope="module")
def _world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    from tests.walk.world import build
    from tests.worlds import kept_for_a_file

    with kept_for_a_file(django_db_blocker, build) as built:
        yield built


@pytest.fixture
def world(_world: World, db: None) -> World:
    return _world
