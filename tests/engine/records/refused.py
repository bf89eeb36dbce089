"""refused: what a write is not taken for, proved to have changed nothing."""

from collections.abc import Callable
from typing import Any

import pytest

from relasi.engine.records.write import Refused
from tests.fingerprint import unchanged


def refused(call: Callable[..., Any], *args: Any, **how: Any) -> list[tuple[str, str]]:
    """Everything held against the write, as (field, code); every row of every table stands as before."""
    with unchanged(), pytest.raises(Refused) as caught:
        call(*args, **how)
    return [(refusal.field, refusal.code) for refusal in caught.value.refusals]
