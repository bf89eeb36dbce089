"""What a test laid over the models is taken off again."""

from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def _bare_models() -> Iterator[None]:
    yield
    from relasi.engine.customize.overlay import take_off

    take_off()
