"""What tests of the engine stand on: the aviary, built once for each file and untouched between its tests."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.engine.aviary import Aviary


@pytest.fixture(scope="module")
def _aviary(django_db_setup: None, django_db_blocker: Any) -> Iterator[Aviary]:
    from tests.engine.aviary import build
    from tests.worlds import kept_for_a_file

    with kept_for_a_file(django_db_blocker, build) as built:
        yield built


@pytest.fixture
def aviary(_aviary: Aviary, db: None) -> Aviary:
    """Its people. No change set is open when the test begins."""
    return _aviary
